#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "end_to_end/server.h"
#include "end_to_end/starved.h"
#include "support/http_answer.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <sstream>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// The server should exit within a second; a busy machine gets more time.
constexpr std::chrono::seconds kFailStopTime{40};
constexpr std::uint64_t kMiB = 1 << 20;
/// With less free disk space than this, a server accepts no new reservations.
constexpr std::uint64_t kReserve = 64 * kMiB;

/// Expects what must follow when the disk fails while a crowd buys: every answer is durable or says
/// that the outcome is unknown, and the process has ended.
void expect_fail_stop(Server& server, Load& load) {
    EXPECT_EQ(server.process().wait(kFailStopTime), 1) << server.process().err();
    load.wait_for_end();
    EXPECT_THAT(load.surprises(), IsEmpty());
    EXPECT_THAT(server.process().err(), HasSubstr("the journal failed"));
    EXPECT_FALSE(server.client().is_open());
}

/// Expects that everything acknowledged is there once the disk has room again.
void expect_all_kept(const std::filesystem::path& folder, const Hall& hall, Load& load) {
    const auto verified = verify(folder);
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    Server server{folder};
    auto client = server.client();
    Reckoning{client, hall}.settle(load.buyers());
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder).exit_code, 0);
}

TEST(FullDisk, that_a_file_size_limit_makes_ends_the_process_and_loses_nothing) {
    std::mt19937_64 random{seed_of_this_run()};
    const int rounds = is_soak() ? 50 : 5;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        const TempFolder folder;
        Server server{folder.path()};
        auto client = server.client();
        const auto hall = make_hall(client, 2'000);
        Load load{hall, {.ports = {server.port()}, .name = "crowd", .seed = random()}};
        // Before the log is started anew for the first time, it grows with each commit.
        load.wait_for_answers(20 + random() % 100);
        // The limit can be anywhere in a page, so that the last batch may be written almost fully
        // or not at all.
        const auto log_size = std::filesystem::file_size(folder.path() / "journal.db-wal");
        limit_file_size(server.process().pid(), log_size + random() % (64 << 10));
        expect_fail_stop(server, load);
        EXPECT_GT(load.unknown_outcomes(), 0U) << "nobody was told";
        expect_all_kept(folder.path(), hall, load);
    }
}

class SmallDiskTest : public testing::Test {
protected:
    void SetUp() override {
        std::string why;
        disk_ = SmallDisk::mount(kReserve + 16 * kMiB, why);
        if (!disk_) GTEST_SKIP() << why;
        server_.emplace(folder());
        client_.emplace(server_->port());
        hall_ = make_hall(*client_, 2'000);
    }
    void TearDown() override {
        client_.reset();
        server_.reset();
    }

    std::filesystem::path folder() const { return disk_->path() / "data"; }

    std::string request_for(const std::string& seat, const std::string& key) const {
        return boost::json::serialize(boost::json::object{
            {"event_id", hall_.event}, {"seat_ids", {seat}}, {"idempotency_key", key}
        });
    }
    Answer reserve(std::size_t seat, const std::string& key) {
        const auto body = request_for(hall_.seats[seat], key);
        return client_->post("/api/v1/reservations", body, "alice").value();
    }
    Answer let_bob_reserve_elsewhere() {
        const auto hall = make_hall(*client_, 1);
        const auto body = boost::json::serialize(boost::json::object{
            {"event_id", hall.event}, {"seat_ids", {hall.seats[0]}}, {"idempotency_key", "bob's"}
        });
        return client_->post("/api/v1/reservations", body, "bob").value();
    }
    static std::string path_to(const Answer& reservation, const std::string& step) {
        return "/api/v1/reservations/" + text_of(reservation.json(), "id") + "/" + step;
    }
    Answer
    change(const Answer& reservation, const std::string& step, const std::string& body = {}) {
        return client_->post(path_to(reservation, step), body, "alice").value();
    }

    /// Reserves and cancels until the answer has this status, since the server checks the disk only
    /// from time to time.
    Answer reserve_until(unsigned status) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        for (;;) {
            auto answer = reserve(10, "try " + std::to_string(++tries_));
            if (answer.status == status) return answer;
            if (std::chrono::steady_clock::now() > deadline)
                throw std::runtime_error("no answer with that status, but " + answer.body);
            if (answer.status == 201) change(answer, "cancel");
        }
    }

    double figure(const std::string& name) {
        const auto text = client_->get("/metrics").value().body;
        const auto at = text.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
    }
    long lines_that_say(const std::string& words) {
        std::istringstream lines{server_->process().err()};
        long count = 0;
        for (std::string line; std::getline(lines, line);)
            count += line.contains(words) && line.contains("\"" + folder().string() + "\"") ? 1 : 0;
        return count;
    }

    /// Fills the disk. Then Bob's requests use up the room that SQLite's log already had; then
    /// Alice sends one.
    void use_up_disk(const Answer& held, const Answer& bobs) {
        disk_->leave_free(0);
        std::optional<Answer> answer;
        do {
            answer = client_->post(path_to(bobs, "extend"), R"({"seconds":1})", "bob");
        } while (answer && answer->status == 200);
        expect_nothing_told(answer);
        expect_nothing_told(client_->post(path_to(held, "confirm"), {}, "alice"));
    }
    static void expect_nothing_told(const std::optional<Answer>& answer) {
        EXPECT_TRUE(!answer || answer->code() == "OUTCOME_UNKNOWN") << answer->body;
    }

    /// Alice's records: one acknowledged hold, and a confirm without an answer.
    Buyer alice(const Answer& held) const {
        const auto told = held.json();
        const std::string seat{told.at("seat_ids").at(0).as_string()};
        Buyer buyer{.name = "alice", .bookings = {}, .doubts = {{.step = Step::confirm}}};
        buyer.bookings.push_back({
            .id = text_of(told, "id"),
            .key = "held",
            .seats = {seat},
            .request = request_for(seat, "held"),
            .answer = held.body,
            .status = "pending",
            .expires_at = text_of(told, "expires_at"),
            .confirmed_at = {},
        });
        return buyer;
    }

    std::unique_ptr<SmallDisk> disk_;
    std::optional<Server> server_;
    std::optional<Client> client_;
    Hall hall_;
    int tries_ = 0;
};

using FullDiskInMemory = SmallDiskTest;
using LowDisk = SmallDiskTest;

TEST_F(FullDiskInMemory, ends_the_process_and_loses_nothing) {
    const auto held = reserve(0, "held");
    const auto bobs = let_bob_reserve_elsewhere();
    ASSERT_EQ(bobs.status, 201) << bobs.body;
    Load load{hall_, {.ports = {server_->port()}, .name = "crowd", .seed = seed_of_this_run()}};
    load.wait_for_answers(300);
    use_up_disk(held, bobs);
    expect_fail_stop(*server_, load);

    disk_->leave_free(0);
    const auto copied =
        run_program({"backup", "--data-dir", folder(), "--to", disk_->path() / "b"});
    EXPECT_THAT(copied.err, HasSubstr("the disk is full"));
    const auto seeded = run_program({"seed", "--data-dir", disk_->path() / "new"});
    EXPECT_EQ(seeded.exit_code, 1);
    EXPECT_EQ(seeded.out, "");
    EXPECT_THAT(seeded.err, HasSubstr("the disk is full"));

    // Restarted too early, the server may refuse to start, or start and fail again; it must destroy
    // nothing.
    disk_->leave_free(0);
    Child too_early{{.arguments = serve_arguments(folder(), {"--dev"})}};
    if (!too_early.wait_for_line("\"message\":\"serving\"")) {
        EXPECT_EQ(too_early.wait(), 1);
        EXPECT_NE(too_early.err(), "");
    }
    too_early.kill();

    disk_->make_room();
    load.buyers().push_back(alice(held));
    expect_all_kept(folder(), hall_, load);
}

TEST_F(LowDisk, takes_no_new_holds_and_finishes_what_is_under_way) {
    const auto to_confirm = reserve(0, "confirm");
    const auto to_cancel = reserve(1, "cancel");
    const auto to_extend = reserve(2, "extend");
    ASSERT_EQ(to_extend.status, 201U) << to_extend.body;

    EXPECT_EQ(figure("storage_low"), 0);
    EXPECT_GT(figure("disk_free_bytes"), kReserve);
    disk_->leave_free(kReserve - kMiB);
    const auto refused = reserve_until(503);
    EXPECT_EQ(figure("storage_low"), 1);
    EXPECT_LT(figure("disk_free_bytes"), kReserve);
    EXPECT_EQ(refused.code(), "STORAGE_LOW");
    EXPECT_NE(refused.header("retry-after"), "");
    EXPECT_EQ(
        std::to_string(refused.json().at("retry_after_seconds").as_int64()),
        refused.header("retry-after")
    );
    EXPECT_THROW(make_hall(*client_, 1), std::runtime_error) << "a new event was taken on";

    EXPECT_EQ(change(to_confirm, "confirm").status, 200U);
    EXPECT_EQ(change(to_cancel, "cancel").status, 200U);
    EXPECT_EQ(change(to_extend, "extend", R"({"seconds":5})").status, 200U);
    const auto event = "/api/v1/events/" + hall_.event;
    for (const auto& target :
         {std::string{"/api/v1/events"},
          event,
          event + "/seats",
          event + "/seats/available/count",
          std::string{"/api/v1/reservations"},
          std::string{"/readyz"},
          std::string{"/metrics"}})
        EXPECT_EQ(client_->get(target, "alice").value().status, 200U) << target;

    disk_->make_room();
    reserve_until(201);
    EXPECT_EQ(figure("storage_low"), 0);
    EXPECT_EQ(server_->stop(), 0);
    EXPECT_EQ(lines_that_say("the disk is nearly full"), 1) << server_->process().err();
    EXPECT_EQ(lines_that_say("the disk has room again"), 1) << server_->process().err();
    EXPECT_EQ(verify(folder()).exit_code, 0);
}

// A buyer whose answer was lost must not be told that nothing was done.
TEST_F(LowDisk, still_gives_the_same_answer_to_the_same_key) {
    const auto first = reserve(0, "first");
    ASSERT_EQ(first.status, 201U);
    disk_->leave_free(kReserve - kMiB);
    reserve_until(503);
    const auto again = reserve(0, "first");
    EXPECT_EQ(again.status, 201U) << again.body;
    EXPECT_EQ(again.header("reservation-status"), "pending");
    EXPECT_EQ(again.body, as_replayed(first.body));
}

}  // namespace
}  // namespace frontrow::test
