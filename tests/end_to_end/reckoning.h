#pragma once

#include "end_to_end/ledger.h"
#include "end_to_end/server.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace frontrow::test {

/// Compares the answers that a crowd got with the server's current state, and fails the test if
/// both can't be true.
class Reckoning {
public:
    Reckoning(Client& client, const Hall& hall) : client_{client}, hall_{hall} {}

    /// Checks three things: every acknowledged reservation is there as acknowledged, or as an
    /// unanswered request explains; every reservation was requested by a buyer; and no seat has two
    /// buyers. Then repeats the unanswered requests with the same keys, so that each is carried out
    /// once. Updates the buyers' records.
    void settle(std::vector<Buyer>& buyers);

    /// Like settle(), but assumes that no unanswered request was carried out.
    void settle_without_doubt(std::vector<Buyer>& buyers);

    /// How many unanswered requests had been carried out.
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
    /// Removes the buyer's known reservations from `seen`; what remains was never acknowledged.
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
    /// The server's time before and after the lists were read.
    std::string from_;
    std::string to_;
    std::size_t doubts_carried_out_ = 0;
};

}  // namespace frontrow::test
