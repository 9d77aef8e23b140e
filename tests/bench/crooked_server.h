#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace frontrow::test {

/// A tiny server with one event and its seats. It breaks the contract as the test says: a `Reserve`
/// function makes the answer to each reservation.
class CrookedServer {
public:
    struct Reply {
        unsigned status = 201;
        std::string body;
    };
    /// `seats`: the list in a reservation's request, verbatim; the whole body if there is no list.
    using Reserve = std::function<Reply(const std::string& seats)>;
    struct Options {
        Reserve reserve;
        unsigned event_status = 201;
        /// The number of free seats or units that the server reports, or of those that access codes
        /// still open. If unset, it reports the true number, where each request names its seats.
        std::function<std::uint64_t()> count;
        /// Answers the requests about orders, payments and sales, each given whole.
        std::function<Reply(const std::string& request)> shop = {};
    };

    explicit CrookedServer(Options options);
    ~CrookedServer();
    CrookedServer(const CrookedServer&) = delete;
    CrookedServer& operator=(const CrookedServer&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// A correct answer to a reservation of these seats, and of these items.
    static Reply sold(const std::string& seats, const std::string& items = {});
    /// The id of the seat with this number, from 1 on, in quotes.
    static std::string seat(std::uint64_t number);

private:
    void serve(int socket);
    std::string answer(const std::string& request);
    std::string left(const std::string& request);
    std::string bulk(std::string_view body);

    Options options_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::vector<int> sockets_;
    std::vector<std::thread> threads_;
    std::thread accepting_;
    std::uint64_t seats_ = 0;
    std::set<std::string> sold_;
};

}  // namespace frontrow::test
