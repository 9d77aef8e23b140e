#include "end_to_end/journal_file.h"
#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "end_to_end/server.h"
#include "io/sha256.h"
#include "io/sqlite.h"
#include "store/sqlite/side_file.h"
#include "support/http_answer.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error(from + " isn't there");
    return text.replace(at, from.size(), to);
}

TEST(Verify, works_beside_a_server_under_load) {
    const TempFolder folder;
    Server server{folder.path()};
    auto client = server.client();
    const auto hall = make_hall(client, 2'000);
    Load load{
        hall, {.ports = {server.port()}, .name = "crowd", .seed = seed_of_this_run(), .buyers = 6}
    };
    // Only runs during which seats were sold count.
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (int beside = 0; beside < 5 && std::chrono::steady_clock::now() < deadline;) {
        load.wait_for_answers(load.answers() + 100);
        const auto at_start = load.answers();
        const auto finished = verify(folder.path());
        ASSERT_EQ(finished.exit_code, 0) << finished.out << finished.err;
        ASSERT_THAT(finished.out, HasSubstr("in order"));
        beside += load.answers() > at_start;
    }
    load.stop();
    EXPECT_THAT(load.surprises(), IsEmpty());
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
}

TEST(Verify, only_reads) {
    const TempFolder folder;
    ASSERT_EQ(run_program({"seed", "--data-dir", folder.path()}).exit_code, 0);
    const auto before = JournalFile{folder.path()}.rows().size();
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
    EXPECT_EQ(JournalFile{folder.path()}.rows().size(), before);
}

TEST(Verify, says_that_there_is_no_journal_and_makes_none) {
    const TempFolder folder;
    for (const auto& path : {folder.path(), folder.path() / "nowhere"}) {
        const auto finished = verify(path);
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr("no journal in " + path.string()));
        EXPECT_THAT(finished.err, HasSubstr("--data-dir"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Verify, names_a_file_that_is_no_journal) {
    const TempFolder folder;
    std::ofstream{folder.path() / "journal.db"} << std::string(5'000, 'x');
    const auto finished = verify(folder.path());
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr((folder.path() / "journal.db").string()));
}

TEST(Verify, and_all_that_only_read_leave_a_log_alone_whose_database_was_lost) {
    const TempFolder folder;
    {
        Server server{folder.path()};
        auto client = server.client();
        make_hall(client, 20);
        server.process().kill();
    }
    const auto log = folder.path() / "journal.db-wal";
    const auto bytes_of_log = [&] {
        std::ifstream file{log, std::ios::binary};
        return std::string{std::istreambuf_iterator<char>{file}, {}};
    };
    const auto before = bytes_of_log();
    ASSERT_FALSE(before.empty());
    std::filesystem::resize_file(folder.path() / "journal.db", 0);
    for (const auto& [command, more] : std::map<std::string, std::vector<std::string>>{
             {"verify", {}},
             {"backup", {"--to", folder.path() / "backup.db"}},
             {"snapshot", {}},
             {"facts", {}},
         }) {
        std::vector<std::string> arguments{command, "--data-dir", folder.path()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto finished = run_program(arguments);
        EXPECT_EQ(finished.exit_code, 1) << command;
        EXPECT_THAT(
            finished.err, HasSubstr("journal.db: the file is missing or empty, but its log")
        );
        EXPECT_EQ(bytes_of_log(), before) << command;
    }
}

TEST(Verify, counts_the_side_records_and_refuses_them_where_they_are_damaged) {
    const TempFolder folder;
    ASSERT_EQ(run_program({"seed", "--data-dir", folder.path()}).exit_code, 0);
    EXPECT_THAT(verify(folder.path()).out, HasSubstr("0 side records can be read"));
    const auto path = folder.path() / "side.db";
    {
        auto side = store::sqlite::SideFile::open(path).value();
        for (const auto* name : {"cursor/kafka", "personal/alice"})
            ASSERT_TRUE(side.change({.name = name, .value = "x"}).value());
        ASSERT_TRUE(side.finish());
    }
    EXPECT_THAT(verify(folder.path()).out, HasSubstr("2 side records can be read"));
    const auto expect_refused = [&](const std::string& why) {
        const auto finished = verify(folder.path());
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr(why));
        EXPECT_THAT(finished.out, Not(HasSubstr("in order")));
    };
    {
        auto database =
            io::SqliteDatabase::open(path, io::SqliteDatabase::Mode::read_write).value();
        ASSERT_TRUE(database.execute("UPDATE last_version SET version = 1"));
        database.tidy_on_close();
    }
    expect_refused("the side record personal/alice has version 2, but the newest change was 1");
    std::filesystem::resize_file(path, 5'000);
    expect_refused("SQLite");
    std::filesystem::resize_file(path, 0);
    expect_refused("side.db: the file is missing or empty");
}

/// A journal whose head is missing or damaged: nothing proves that the journal's end is complete.
class HeadlessJournal : public testing::Test {
protected:
    HeadlessJournal() {
        Server server{folder_.path()};
        auto client = server.client();
        make_hall(client, 20);
        if (server.stop() != 0) throw std::runtime_error("the server didn't stop well");
    }

    void put_head(const std::string& bytes) const {
        std::filesystem::remove(head_);
        std::ofstream{head_, std::ios::binary} << bytes;
    }
    std::string head() const {
        std::ifstream file{head_, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    void expect_not_proven() const {
        const auto finished = verify(folder_.path());
        EXPECT_EQ(finished.exit_code, 1) << finished.out;
        EXPECT_THAT(finished.err, HasSubstr(head_.string() + " is missing or isn't one"));
        EXPECT_THAT(finished.out, testing::Not(HasSubstr("in order")));
    }
    /// Expects that a server warns of the missing or damaged head and writes it again.
    void expect_served_and_mended() const {
        Server server{folder_.path()};
        EXPECT_THAT(server.process().err(), HasSubstr(kWarning));
        EXPECT_EQ(verify(folder_.path()).exit_code, 0);
        EXPECT_EQ(server.stop(), 0);
        EXPECT_EQ(head().size(), 68U);
    }

    static constexpr auto kWarning = "journal.head was missing or damaged and is written again";

    TempFolder folder_;
    std::filesystem::path head_ = folder_.path() / "journal.head";
};

TEST_F(HeadlessJournal, is_not_in_order_until_it_was_served) {
    const auto whole = head();
    std::filesystem::remove(head_);
    expect_not_proven();
    expect_served_and_mended();
    EXPECT_EQ(head(), whole);
}

TEST_F(HeadlessJournal, is_one_whose_head_is_short_or_garbled) {
    const auto whole = head();
    for (const auto& other :
         {std::string{},
          whole.substr(0, 67),
          whole + "\n",
          std::string(68, '\0'),
          "frontrow head, batch                    2" + whole.substr(41),
          "frontrow head, batch +0000000000000000002" + whole.substr(41)}) {
        put_head(other);
        expect_not_proven();
        expect_served_and_mended();
        EXPECT_EQ(head(), whole) << other;
    }
}

TEST_F(HeadlessJournal, is_how_who_deletes_it_goes_on_without_lost_sales) {
    JournalFile{folder_.path()}.remove(2);
    const auto refused = run_program(serve_arguments(folder_.path(), {"--dev"}));
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("delete " + head_.string()));
    std::filesystem::remove(head_);
    expect_served_and_mended();
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

TEST(Verify, takes_a_folder_in_which_nothing_was_sold_yet) {
    const TempFolder folder;
    Server server{folder.path()};
    EXPECT_THAT(server.process().err(), testing::Not(HasSubstr("journal.head")));
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
    std::filesystem::remove(folder.path() / "journal.head");
    EXPECT_EQ(verify(folder.path()).exit_code, 1);
}

/// The journal of a small sale whose server is stopped: two buyers with one confirmed seat each.
class VerifyTampered : public testing::Test {
protected:
    VerifyTampered() {
        Server server{folder_.path()};
        auto client = server.client();
        const auto hall = make_hall(client, 20);
        seats_ = {hall.seats[3], hall.seats[7]};
        sell(client, hall, "alice", seats_[0]);
        sell(client, hall, "bob", seats_[1]);
        if (server.stop() != 0) throw std::runtime_error("the server didn't stop well");
    }

    static void
    sell(Client& client, const Hall& hall, const std::string& user, const std::string& seat) {
        const boost::json::object wanted{
            {"event_id", hall.event}, {"seat_ids", {seat}}, {"idempotency_key", user}
        };
        const auto held = client.post("/api/v1/reservations", boost::json::serialize(wanted), user);
        const auto path = "/api/v1/reservations/" + text_of(held.value().json(), "id") + "/confirm";
        if (client.post(path, "", user).value().status != 200)
            throw std::runtime_error("can't sell " + seat);
    }

    /// The row whose facts contain `text`.
    JournalFile::Row row_with(const std::string& text) const {
        for (auto& row : JournalFile{folder_.path()}.rows()) {
            if (row.facts.contains(text)) return row;
        }
        throw std::runtime_error("no row holds " + text);
    }

    /// The message of verify; a server must refuse the same journal for the same reason.
    void expect_refused(const std::string& why) const {
        const auto finished = verify(folder_.path());
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.out + finished.err, HasSubstr(why));
        const auto served = run_program(serve_arguments(folder_.path(), {"--dev"}));
        EXPECT_EQ(served.exit_code, 1);
        EXPECT_THAT(served.err, HasSubstr(why));
    }

    TempFolder folder_;
    std::vector<std::string> seats_;
};

TEST_F(VerifyTampered, is_content_before_anybody_tampers) {
    const auto finished = verify(folder_.path());
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("1 event, 20 seats, 2 reservations, 2 of them confirmed"));
}

TEST_F(VerifyTampered, names_the_batch_with_an_edited_fact) {
    auto row = row_with("\"alice\"");
    row.facts = replaced(row.facts, "\"alice\"", "\"carol\"");
    JournalFile{folder_.path()}.put(row);
    expect_refused("damaged at batch " + std::to_string(row.batch));
}

TEST_F(VerifyTampered, names_the_batch_with_an_edited_hash) {
    auto row = row_with("\"bob\"");
    row.hash[5] = static_cast<char>(row.hash[5] ^ 1);
    JournalFile{folder_.path()}.put(row);
    expect_refused("damaged at batch " + std::to_string(row.batch));
}

TEST_F(VerifyTampered, names_the_batch_that_was_taken_out) {
    const auto batch = row_with("\"alice\"").batch;
    JournalFile{folder_.path()}.remove(batch);
    expect_refused("damaged at batch " + std::to_string(batch) + ": it is missing");
}

TEST_F(VerifyTampered, notices_that_the_newest_batch_was_taken_out) {
    const auto newest = JournalFile{folder_.path()}.rows().back().batch;
    JournalFile{folder_.path()}.remove(newest);
    expect_refused("batch " + std::to_string(newest) + " was acknowledged");
}

TEST_F(VerifyTampered, names_the_batch_whose_numbers_were_moved) {
    auto row = row_with("\"bob\"");
    ++row.last_seq;
    {
        JournalFile journal{folder_.path()};
        journal.put(row);
        journal.forge_hashes_from(row.batch);
    }
    expect_refused("damaged at batch " + std::to_string(row.batch));
}

TEST_F(VerifyTampered, finds_the_seat_that_a_careful_forger_sold_twice) {
    auto row = row_with(seats_[1]);
    row.facts = replaced(row.facts, seats_[1], seats_[0]);
    {
        JournalFile journal{folder_.path()};
        journal.put(row);
        journal.forge_hashes_from(row.batch);
    }
    const auto finished = verify(folder_.path());
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(
        finished.out,
        HasSubstr("fact " + std::to_string(row.first_seq) + ": a sold seat was held again")
    );
    EXPECT_THAT(finished.out, HasSubstr("a seat was sold twice"));
    EXPECT_THAT(finished.out, HasSubstr("NOT IN ORDER"));
}

TEST_F(VerifyTampered, finds_the_confirmation_that_a_careful_forger_gave_to_another) {
    // Both confirmations now name alice's reservation.
    const auto rows = JournalFile{folder_.path()}.rows();
    const auto id_in = [](const std::string& facts) {
        const std::string name = "\"reservation_id\":\"";
        return facts.substr(facts.find(name) + name.size(), 36);
    };
    const auto alices = id_in(row_with("\"alice\"").facts);
    auto row = rows.back();
    row.facts = replaced(row.facts, id_in(row.facts), alices);
    {
        JournalFile journal{folder_.path()};
        journal.put(row);
        journal.forge_hashes_from(row.batch);
    }
    const auto finished = verify(folder_.path());
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(
        finished.out,
        HasSubstr(
            "fact " + std::to_string(row.last_seq) + ": a reservation that wasn't pending changed"
        )
    );
}

/// Old or faulty versions of Frontrow may have written this; no request could ask for it today.
TEST(Verify, takes_a_history_that_no_request_could_make_today_and_it_sells_on) {
    const TempFolder folder;
    ASSERT_EQ(run_program({"seed", "--data-dir", folder.path()}).exit_code, 0);
    {
        JournalFile journal{folder.path()};
        auto row = journal.rows().front();
        row.facts =
            replaced(row.facts, "\"name\":\"", "\"name\":\"bell\\u0007" + std::string(300, 'x'));
        row.facts = replaced(row.facts, "\"hold_seconds\":900", "\"hold_seconds\":40000000");
        row.facts = replaced(
            row.facts, "\"max_seats_per_reservation\":10", "\"max_seats_per_reservation\":1000"
        );
        const auto end = row.facts.find("\"end_at\":\"") + 10;
        row.facts.replace(end, 4, "2020");
        const auto total = row.facts.find("\"total_seats\":") + 14;
        row.facts.replace(total, row.facts.find(',', total) - total, "0");
        journal.put(row);
        journal.forge_hashes_from(row.batch);
    }
    const auto finished = verify(folder.path());
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    Server server{folder.path()};
    auto client = server.client();
    const auto events = client.get("/api/v1/events").value().json();
    const auto is_old = [](const auto& event) { return event.at("total_seats") == 0; };
    const auto event = std::ranges::find_if(events.as_array(), is_old);
    ASSERT_NE(event, events.as_array().end());
    EXPECT_TRUE(text_of(*event, "name").starts_with("bell\x07"));
    const auto id = text_of(*event, "id");
    const auto seats = client.get("/api/v1/events/" + id + "/seats?limit=1").value().json();
    const boost::json::object wanted{
        {"event_id", id}, {"seat_ids", {text_of(seats.at(0), "id")}}, {"idempotency_key", "k"}
    };
    const auto body = boost::json::serialize(wanted);
    const auto held = client.post("/api/v1/reservations", body, "alice").value();
    ASSERT_EQ(held.status, 201U) << held.body;
    // The hold ends in a year, and a replay doesn't change that.
    const auto again = client.post("/api/v1/reservations", body, "alice").value();
    EXPECT_EQ(again.body, as_replayed(held.body));
    const auto path = "/api/v1/reservations/" + text_of(held.json(), "id") + "/confirm";
    EXPECT_EQ(client.post(path, "", "alice").value().status, 200U);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
}

/// Two buyers with one seat each, and a snapshot of that.
class VerifySnapshot : public testing::Test {
protected:
    VerifySnapshot() {
        Server server{folder_.path()};
        auto client = server.client();
        const auto hall = make_hall(client, 2);
        for (const std::string user : {"annabel", "barbara"}) {
            const boost::json::object wanted{
                {"event_id", hall.event},
                {"seat_ids", {hall.seats[reservations_.size()]}},
                {"idempotency_key", user}
            };
            const auto held =
                client.post("/api/v1/reservations", boost::json::serialize(wanted), user).value();
            reservations_.push_back(text_of(held.json(), "id"));
            const auto path = "/api/v1/reservations/" + reservations_.back() + "/confirm";
            EXPECT_EQ(client.post(path, "", user).value().status, 200U);
        }
        EXPECT_EQ(server.stop(), 0);
        EXPECT_EQ(run_program({"snapshot", "--data-dir", folder_.path()}).exit_code, 0);
        for (const auto& entry : std::filesystem::directory_iterator{folder_.path()}) {
            if (entry.path().filename().string().starts_with("snapshot-")) file_ = entry.path();
        }
        std::ifstream file{file_, std::ios::binary};
        bytes_ = {std::istreambuf_iterator<char>{file}, {}};
    }

    /// Puts the bytes back with a matching digest, as a forger would who knows the format.
    void put_back_with_its_digest() {
        bytes_.resize(bytes_.size() - 32);
        io::Sha256 sha;
        sha.update(bytes_);
        const auto digest = sha.finish();
        bytes_.append(digest.begin(), digest.end());
        put_back();
    }
    void put_back() const {
        std::filesystem::remove(file_);
        std::ofstream{file_, std::ios::binary} << bytes_;
    }
    std::string file_name() const { return file_.filename().string(); }

    TempFolder folder_;
    std::vector<std::string> reservations_;
    std::filesystem::path file_;
    std::string bytes_;
};

TEST_F(VerifySnapshot, says_what_it_was_proven_to_be) {
    const auto finished = verify(folder_.path());
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(finished.out, HasSubstr(file_name() + " is what the first 6 facts come to\n"));
    EXPECT_EQ(
        finished.err, "frontrow verify: the store is the folder " + folder_.path().string() + "\n"
    ) << "no warning";
}

TEST_F(VerifySnapshot, names_the_reservations_of_two_buyers_that_were_exchanged) {
    const auto annabel = bytes_.find("annabel");
    const auto barbara = bytes_.find("barbara");
    ASSERT_TRUE(annabel != std::string::npos && barbara != std::string::npos);
    bytes_.replace(annabel, 7, "barbara").replace(barbara, 7, "annabel");
    put_back_with_its_digest();
    const auto finished = verify(folder_.path());
    EXPECT_EQ(finished.exit_code, 1);
    for (const auto& reservation : reservations_)
        EXPECT_THAT(
            finished.out, HasSubstr(file_name() + " is wrong about reservation " + reservation)
        );
    EXPECT_THAT(finished.out, HasSubstr("NOT IN ORDER: " + file_name()));
    std::filesystem::remove(file_);
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

TEST_F(VerifySnapshot, names_the_reservation_that_another_name_was_put_on) {
    bytes_.replace(bytes_.find("barbara"), 7, "eveline");
    put_back_with_its_digest();
    const auto finished = verify(folder_.path());
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.out, HasSubstr("is wrong about reservation " + reservations_[1]));
    EXPECT_THAT(finished.out, Not(HasSubstr(reservations_[0])));
}

TEST_F(VerifySnapshot, passes_over_one_that_a_start_would_not_take) {
    bytes_.back() = static_cast<char>(bytes_.back() ^ 1);
    put_back();
    const auto finished = verify(folder_.path());
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_THAT(finished.err, HasSubstr("passed over"));
    EXPECT_THAT(finished.err, HasSubstr("doesn't match its checksum"));
}

}  // namespace
}  // namespace frontrow::test
