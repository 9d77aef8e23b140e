#pragma once

#include "support/http_client.h"
#include "support/test_server.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
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

/// Sends the requests over a few connections at once: each sends `at_once` of them, reads their
/// answers, and goes on. Returns the answers in the order of the requests. Calls `on_answer` with
/// the number of answers so far, from several threads.
inline std::vector<HttpAnswer> send_at_once(
    const TestServer& server,
    const std::vector<std::string>& requests,
    std::size_t connections = 8,
    std::size_t at_once = 25,
    const std::function<void(std::size_t)>& on_answer = [](std::size_t) {}
) {
    std::vector<HttpAnswer> answers(requests.size());
    std::atomic<std::size_t> answered = 0;
    const auto run = [&](std::size_t number) {
        auto client = server.connect();
        const auto stride = connections * at_once;
        for (auto first = number * at_once; first < requests.size(); first += stride) {
            const auto end = std::min(first + at_once, requests.size());
            std::string text;
            for (auto i = first; i < end; ++i)
                text += requests[i];
            client.send(text);
            for (auto i = first; i < end; ++i) {
                answers[i] = client.receive();
                on_answer(++answered);
            }
        }
    };
    std::vector<std::jthread> threads;
    for (std::size_t number = 0; number < connections; ++number)
        threads.emplace_back(run, number);
    threads.clear();
    return answers;
}

/// Each buyer of the crowd sends this reservation once. Returns the answers, in no order.
inline std::vector<HttpAnswer>
reserve_at_once(const TestServer& server, const std::string& body, const Crowd& crowd) {
    std::vector<std::string> requests;
    for (int number = 0; number < crowd.buyers(); ++number) {
        const auto buyer = "buyer-" + std::to_string(number);
        requests.push_back(HttpClient::request_text(
            "POST", kReservations, {{"X-User-ID", buyer}, {"Idempotency-Key", buyer}}, body
        ));
    }
    return send_at_once(
        server,
        requests,
        static_cast<std::size_t>(crowd.connections),
        static_cast<std::size_t>(crowd.at_once)
    );
}

}  // namespace frontrow::test
