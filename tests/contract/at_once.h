#pragma once

#include "support/http_client.h"
#include "support/test_server.h"

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace frontrow::test {

/// A request under way, and its answer.
struct Shot {
    HttpClient client;
    std::string text;
    HttpAnswer answer = {};
};

/// Sends all requests from a few threads that start together; only then reads. A `Some` has the
/// fields of a Shot.
template <class Some>
void fire(std::vector<Some>& shots) {
    constexpr std::size_t kThreads = 4;
    std::atomic<std::size_t> ready = 0;
    std::vector<std::jthread> threads;
    for (std::size_t first = 0; first < kThreads; ++first) {
        threads.emplace_back([&, first] {
            ++ready;
            while (ready < kThreads)
                std::this_thread::yield();
            for (std::size_t i = first; i < shots.size(); i += kThreads)
                shots[i].client.send(shots[i].text);
            for (std::size_t i = first; i < shots.size(); i += kThreads)
                shots[i].answer = shots[i].client.receive();
        });
    }
}

/// Each connection sends `at_once` requests and then reads their answers, `rounds` times.
struct Crowd {
    int connections = 8;
    int rounds = 1;
    int at_once = 1;

    int buyers() const { return connections * rounds * at_once; }
};

/// Each buyer of the crowd sends this reservation once. Returns the answers, in no order.
inline std::vector<HttpAnswer>
reserve_at_once(const TestServer& server, const std::string& body, const Crowd& crowd) {
    std::vector<std::vector<HttpAnswer>> by_connection(static_cast<std::size_t>(crowd.connections));
    {
        std::vector<std::jthread> threads;
        for (int number = 0; number < crowd.connections; ++number) {
            threads.emplace_back([&, number] {
                auto client = server.connect();
                for (int round = 0; round < crowd.rounds; ++round) {
                    std::string requests;
                    for (int i = 0; i < crowd.at_once; ++i) {
                        const auto buyer = std::to_string(number) + "-" + std::to_string(round) +
                                           "-" + std::to_string(i);
                        requests += HttpClient::request_text(
                            "POST",
                            kReservations,
                            {{"X-User-ID", buyer}, {"Idempotency-Key", buyer}},
                            body
                        );
                    }
                    client.send(requests);
                    for (int i = 0; i < crowd.at_once; ++i)
                        by_connection[static_cast<std::size_t>(number)].push_back(client.receive());
                }
            });
        }
    }
    std::vector<HttpAnswer> answers;
    for (auto& of_one : by_connection)
        for (auto& answer : of_one)
            answers.push_back(std::move(answer));
    return answers;
}

}  // namespace frontrow::test
