#include "end_to_end/server.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

// What hostile clients can do to the program's memory, and to a sale that goes on meanwhile.

namespace frontrow::test {
namespace {

constexpr std::int64_t kKiB = 1 << 10;
constexpr std::int64_t kMegabyte = 1 << 20;
/// Sanitizers keep freed memory.
#if defined(__has_feature) && (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
constexpr bool kMemoryCounts = false;
#else
constexpr bool kMemoryCounts = true;
#endif

/// A value of the process in bytes: `VmRSS`, resident now, or `VmHWM`, the maximum so far.
std::int64_t memory(Server& server, const std::string& field) {
    std::ifstream status{"/proc/" + std::to_string(server.process().pid()) + "/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(field + ":")) return std::stoll(line.substr(field.size() + 1)) * kKiB;
    throw std::runtime_error("/proc doesn't tell " + field);
}

Request get(std::string target) {
    return {.target = std::move(target)};
}

class HostileClients : public testing::Test {
protected:
    void sell_one() {
        const boost::json::object wanted{
            {"event_id", hall.event}, {"seat_ids", {hall.seats[sold_]}}
        };
        const auto made = client.send({
            .method = "POST",
            .target = "/api/v1/reservations",
            .headers = {{"X-User-ID", "alice"}, {"Idempotency-Key", std::to_string(sold_++)}},
            .body = boost::json::serialize(wanted),
        });
        ASSERT_TRUE(made);
        EXPECT_EQ(made->status, 201) << made->body;
    }
    /// Makes the one-time allocations of these routes before memory is measured.
    void warm_up() {
        for (const auto* part : {"/seats?limit=400", "/seatmap", "/seats/available/count"}) {
            sell_one();
            EXPECT_EQ(client.get(path + part)->status, 200);
        }
    }
    Client ask_and_not_read(const std::string& target) {
        Client one{server.port()};
        EXPECT_TRUE(one.write(Client::text_of(get(target))));
        return one;
    }
    void expect_growth_of_less_than_64_mib(std::int64_t before) {
        if (kMemoryCounts) EXPECT_LT(memory(server, "VmHWM") - before, 64 * kMegabyte);
    }

    TempFolder folder;
    Server server{folder.path()};
    Client client = server.client();
    Hall hall = make_hall(client, 20'000, {{"max_seats_per_reservation", 1}});
    const std::string path = "/api/v1/events/" + hall.event;

private:
    std::size_t sold_ = 0;
};

TEST_F(HostileClients, that_ask_for_all_and_do_not_read_get_their_share_of_memory_and_no_more) {
    warm_up();
    const auto before = memory(server, "VmHWM");
    std::vector<Client> readers;
    for (int i = 0; i < 150; ++i) {
        // Each reader requests a new version of the list of seats, some four megabytes.
        sell_one();
        readers.push_back(ask_and_not_read(path + "/seats"));
        EXPECT_EQ(client.get(path + "/seats/available/count")->status, 200);
    }
    sell_one();
    expect_growth_of_less_than_64_mib(before);
}

TEST_F(HostileClients, that_pipeline_and_do_not_read_get_their_share_of_memory_and_no_more) {
    warm_up();
    const auto before = memory(server, "VmHWM");
    std::string many;
    for (int i = 0; i < 200; ++i)
        for (const auto* target : {"/metrics", "/openapi.json", "/swagger/swagger-ui-bundle.js"})
            many += Client::text_of(get(target));
    std::vector<Client> readers;
    for (int i = 0; i < 300; ++i) {
        readers.emplace_back(server.port());
        readers.back().write(many);
        if (i % 10 == 0) sell_one();
    }
    sell_one();
    expect_growth_of_less_than_64_mib(before);
}

TEST_F(HostileClients, that_are_idle_after_a_large_answer_cost_four_kib_each) {
    warm_up();
    constexpr int kClients = 2'000;
    const std::string long_path = "/api/v1/events/" + std::string(9'000, 'x');
    const auto have = [&](int clients, std::vector<Client>& all) {
        for (int i = 0; i < clients; ++i) {
            auto& one = all.emplace_back(server.port());
            for (const auto& target : {path + "/seatmap", long_path, std::string{"/metrics"}}) {
                one.write(Client::text_of(get(target)));
                EXPECT_TRUE(one.read());
            }
        }
    };
    std::vector<Client> first;
    have(100, first);
    const auto before = memory(server, "VmRSS");
    std::vector<Client> clients;
    clients.reserve(kClients);
    have(kClients, clients);
    if (kMemoryCounts) EXPECT_LT(memory(server, "VmRSS") - before, kClients * 4 * kKiB);
    sell_one();
}

}  // namespace
}  // namespace frontrow::test
