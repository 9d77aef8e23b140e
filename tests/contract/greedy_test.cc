#include "support/eventually.h"
#include "support/faulty_vfs.h"
#include "support/test_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// Clients that ask for as much as they can. The other clients must still get turns of the server's
// loop, and memory for their answers.

namespace frontrow::test {
namespace {

std::string seats_of(const Venue& venue) {
    return "/api/v1/events/" + venue.event + "/seats";
}

std::int64_t metric(const TestServer& server, const std::string& name) {
    auto client = server.connect();
    const auto text = client.ask("GET", "/metrics").body;
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stoll(text.substr(at + name.size() + 2));
}

/// Requests /metrics on one connection again and again. Sends without waiting for the answers, and
/// reads them as they come.
class Pipeliner {
public:
    explicit Pipeliner(const TestServer& server) : client_{server.connect()} {
        sender_ = std::jthread{[this](const std::stop_token& stop) { send(stop); }};
        reader_ = std::jthread{[this](const std::stop_token& stop) { read(stop); }};
    }

    /// The bytes of the answers so far.
    std::uint64_t bytes() const { return bytes_; }

private:
    /// Bound on unanswered requests. Without it the sockets would hold a hundred thousand; a slow
    /// server would need minutes to answer them all.
    static constexpr std::uint64_t kAhead = 2'000;
    static constexpr std::uint64_t kAtOnce = 500;

    void send(const std::stop_token& stop) {
        std::string many;
        for (std::uint64_t i = 0; i < kAtOnce; ++i)
            many += "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for (std::uint64_t sent = 0; !stop.stop_requested();) {
            if (sent - answers_ > kAhead) {
                std::this_thread::yield();
                continue;
            }
            client_.send(many);
            sent += kAtOnce;
        }
        // Makes the server close, so that the reading thread ends.
        client_.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }
    void read(const std::stop_token&) {
        constexpr std::string_view begin = "HTTP/1.1 200 OK\r\n";
        std::string text;
        while (true) {
            const auto some = client_.receive_bytes(64 << 10);
            if (some.empty()) return;
            bytes_ += some.size();
            text += some;
            for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1))
                ++answers_;
            text.erase(0, text.size() - std::min(text.size(), begin.size() - 1));
        }
    }

    HttpClient client_;
    std::atomic<std::uint64_t> bytes_ = 0;
    std::atomic<std::uint64_t> answers_ = 0;
    std::jthread reader_;
    std::jthread sender_;
};

/// Requests /metrics on many connections again and again, on each as soon as its answer is there.
class Flooder {
public:
    explicit Flooder(const TestServer& server) {
        for (std::size_t i = 0; i < kConnections; ++i)
            clients_.push_back(server.connect());
        thread_ = std::jthread{[this](const std::stop_token& stop) { flood(stop); }};
    }

    std::uint64_t answers() const { return answers_; }

    /// Many more than are answered while the machine's other threads delay a reservation.
    static constexpr std::size_t kConnections = 300;

private:
    void flood(const std::stop_token& stop) {
        const auto request = HttpClient::request_text("GET", "/metrics", {}, {});
        for (auto& client : clients_)
            client.send(request);
        while (!stop.stop_requested()) {
            for (auto& client : clients_) {
                client.receive();
                ++answers_;
                client.send(request);
            }
        }
    }

    std::vector<HttpClient> clients_;
    std::atomic<std::uint64_t> answers_ = 0;
    std::jthread thread_;
};

/// A small sale. The tests count turns, so the disk's speed must not matter.
class SaleBesideGreed : public testing::Test {
protected:
    TestServer::Options options() {
        TestServer::Options options;
        options.faulty_disk = &disk;
        // Under a sanitizer, a reservation takes as long as a costly request takes without one.
        options.limits.turn_time = Millis{20};
        return options;
    }
    /// What `count()` grows by during a reservation. The median of many, because this thread may
    /// have to wait for a processor.
    template <class Count>
    std::uint64_t growth_while_one_reserves(Count count) {
        std::vector<std::uint64_t> meanwhile;
        for (std::size_t i = 0; i < venue.seats.size(); ++i) {
            const std::uint64_t before = count();
            // The answer comes from the journal's thread.
            const auto made = alice.reserve(venue.event, {venue.seats[i]}, std::to_string(i));
            EXPECT_EQ(made.status, 201);
            meanwhile.push_back(count() - before);
        }
        std::ranges::sort(meanwhile);
        return meanwhile[meanwhile.size() / 2];
    }

    FaultyVfs disk;
    TestServer server{options()};
    Venue venue = make_venue(server, 40);
    Caller alice{server, "alice"};
};

TEST_F(SaleBesideGreed, gets_its_turn_when_another_pipelines) {
    const auto one = server.connect().ask("GET", "/metrics").body.size();
    const Pipeliner pipeliner{server};
    EXPECT_TRUE(eventually([&] { return pipeliner.bytes() > one; }));
    EXPECT_LT(growth_while_one_reserves([&] { return pipeliner.bytes(); }) / one, 300U);
}

TEST_F(SaleBesideGreed, gets_its_turn_when_many_request_what_is_costly) {
    const Flooder flooder{server};
    EXPECT_TRUE(eventually([&] { return flooder.answers() > Flooder::kConnections; }));
    // Without turns, a reservation would wait for nearly all connections.
    EXPECT_LT(growth_while_one_reserves([&] { return flooder.answers(); }), 150U);
}

TEST(Greedy, pipelining_does_not_hold_up_the_clock) {
    TestServer::Options options;
    options.limits.request_time = Millis{300};
    TestServer server{options};
    const auto one = server.connect().ask("GET", "/metrics").body.size();
    const Pipeliner pipeliner{server};
    auto half = server.connect();
    half.send("GET /livez HTTP/1.1\r\n");
    const auto before = pipeliner.bytes();
    EXPECT_EQ(half.receive().code(), "REQUEST_TIMEOUT");
    EXPECT_LT((pipeliner.bytes() - before) / one, 5'000U);
}

class AnswersOfManySeats : public testing::Test {
protected:
    static TestServer::Options options() {
        TestServer::Options options;
        options.limits.answer_bytes = kMemory;
        options.limits.kept_answer_bytes = 1 << 20;
        // A slow reader must be dropped only because others need the memory.
        options.limits.stalled_write_time = std::chrono::minutes{10};
        return options;
    }
    /// Sends the request and waits for the answer's head, but doesn't read it.
    HttpClient ask_and_not_read() {
        auto client = server.connect();
        client.send(HttpClient::request_text("GET", seats_of(venue), {}, {}));
        EXPECT_TRUE(eventually([&] { return client.has_something(); }));
        return client;
    }
    void sell_one() {
        const auto seat = venue.seats[sold_];
        EXPECT_EQ(alice.reserve(venue.event, {seat}, std::to_string(sold_++)).status, 201);
    }

    static constexpr std::size_t kMemory = 24 << 20;

    TestServer server{options()};
    /// The answer has seven megabytes: more than the sockets' buffers.
    Venue venue = make_venue(server, 33'000);
    Caller alice{server, "alice"};

private:
    std::size_t sold_ = 0;
};

TEST_F(AnswersOfManySeats, that_nobody_reads_do_not_fill_the_server) {
    std::vector<HttpClient> readers;
    HttpAnswer refused;
    for (int i = 0; i < 10 && refused.status != 503; ++i) {
        // Each answer is another version of the list.
        sell_one();
        readers.push_back(ask_and_not_read());
        sell_one();
        refused = alice.get(seats_of(venue));
    }
    EXPECT_EQ(refused.code(), "OVERLOADED");
    EXPECT_EQ(refused.header("retry-after"), "1");
    EXPECT_EQ(refused.header("link"), "");
    EXPECT_LE(metric(server, "http_answer_bytes"), kMemory);
    // The sale goes on, and small answers are still sent.
    sell_one();
    EXPECT_EQ(alice.get(seats_of(venue) + "?limit=100").status, 200);
    EXPECT_EQ(alice.get("/api/v1/events/" + venue.event + "/seatmap").status, 200);
    // Large answers are sent again once the slow readers are gone.
    readers.clear();
    EXPECT_TRUE(eventually([&] { return alice.get(seats_of(venue)).status == 200; }));
}

TEST_F(AnswersOfManySeats, are_one_for_all_who_ask_for_the_same_ones) {
    std::vector<HttpClient> readers;
    for (int i = 0; i < 30; ++i) {
        auto client = server.connect();
        client.send(HttpClient::request_text("GET", seats_of(venue), {{"Connection", "close"}}, {})
        );
        readers.push_back(std::move(client));
    }
    std::string first;
    for (auto& reader : readers) {
        const auto answer = reader.receive();
        EXPECT_EQ(answer.status, 200);
        if (first.empty()) first = answer.body;
        EXPECT_EQ(answer.body, first);
        EXPECT_LT(metric(server, "http_answer_bytes"), 2 * static_cast<std::int64_t>(first.size()));
    }
    EXPECT_TRUE(eventually([&] { return metric(server, "http_answer_bytes") < 100'000; }));
}

TEST_F(AnswersOfManySeats, are_taken_from_those_who_read_slowly_when_others_want_them) {
    std::vector<HttpClient> readers;
    for (int i = 0; i < 3; ++i) {
        sell_one();
        readers.push_back(ask_and_not_read());
    }
    sell_one();
    // A slow reader loses its connection long before the time limit for reading.
    EXPECT_TRUE(eventually([&] { return alice.get(seats_of(venue)).status == 200; }));
    EXPECT_GT(metric(server, R"(http_connections_dropped_total{reason="slow_reader"})"), 0);
}

/// The reader makes progress all the time, so no write stalls for the time that the limits allow:
/// the kernel lets the server write again when a third of the socket's buffer is free, after a
/// second here. Only the lowest rate ends the answer.
TEST(Greedy, reading_sip_by_sip_is_given_up) {
    constexpr auto kDropped = R"(http_connections_dropped_total{reason="slow_reader"})";
    constexpr std::size_t kSip = 128 << 10;
    TestServer::Options options;
    options.limits.stalled_write_time = Millis{3'000};
    options.limits.read_bytes_per_second = 1 << 30;
    TestServer server{options};
    const auto venue = make_venue(server, 100'000);
    auto client = server.connect();
    client.send(HttpClient::request_text("GET", seats_of(venue), {{"Connection", "close"}}, {}));
    // The answer has more than twenty megabytes. The loop ends with it, or when it is given up.
    while (metric(server, kDropped) == 0 && client.receive_bytes(kSip).size() == kSip)
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    EXPECT_EQ(metric(server, kDropped), 1) << "the whole answer was sent";
}

}  // namespace
}  // namespace frontrow::test
