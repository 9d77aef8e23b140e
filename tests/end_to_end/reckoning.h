#pragma once

#include "end_to_end/ledger.h"
#include "end_to_end/server.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace frontrow::test {

/// Compares what a crowd was told with what a server says now, and fails the test where the two
/// can't both be true.
class Reckoning {
public:
    Reckoning(Client& client, const Hall& hall) : client_{client}, hall_{hall} {}

    /// Everything that was acknowledged is there as it was told, or as an open doubt explains;
    /// nothing is there that nobody asked for; no seat has two buyers. Then asks again for what was
    /// doubted, with the same keys: each is there once. The buyers know better afterwards.
    void settle(std::vector<Buyer>& buyers);

    /// The same, where whatever was not answered must not have been done.
    void settle_without_doubt(std::vector<Buyer>& buyers);

    /// How many of the doubts turned out to have been done after all.
    std::size_t doubts_carried_out() const { return doubts_carried_out_; }

private:
    struct Seen {
        std::string user;
        std::string status;
        std::string expires_at;
        std::string confirmed_at;
        std::vector<std::string> seats;
    };
    using ById = std::map<std::string, Seen>;

    ById list(const std::string& user);
    std::string server_time();
    /// Takes what the buyer knows of out of `seen`, and leaves what nobody told them of.
    void compare(Buyer& buyer, ById& seen);
    void compare_one(const Buyer& buyer, std::size_t index, const Seen& seen);
    void compare_seats(const std::vector<ById>& lists);
    void retry_doubts(Buyer& buyer, ById& untold);
    void retry_reserve(Buyer& buyer, const Doubt& doubt, ById& untold);
    void retry_change(Buyer& buyer, const Doubt& doubt);
    void replay_some(const Buyer& buyer);
    Answer ask(const Request& request);
    Answer reserve(const std::string& user, const std::string& key, const std::string& body);

    Client& client_;
    const Hall& hall_;
    /// The lists were read between these.
    std::string from_;
    std::string to_;
    std::size_t doubts_carried_out_ = 0;
};

}  // namespace frontrow::test
