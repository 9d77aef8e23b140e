#pragma once

#include "domain/audit.h"
#include "support/one_machine.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace frontrow::test {

/// Buyers who do what comes to their minds, many at once, and remember what they were told: after a
/// crash the store is held to it.
class Crowd {
public:
    Crowd(OneMachine& machine, EventId event, std::size_t seats, std::uint64_t seed)
        : machine_{machine}, event_{event}, seats_{seats}, random_{seed} {}

    /// Sends some requests at once, and lets them run as far as they come.
    void send(std::size_t requests);
    /// Waits for every answer.
    void hear_answers();

    /// Asks the store, which was started again, for all that was told. What was in the air may
    /// have happened or not; the crowd learns which.
    void expect_kept();

    std::size_t told() const { return told_; }
    std::size_t unknown() const { return unknown_; }

private:
    using Answer = Result<domain::Outcome, io::Fault>;
    using Status = domain::ReservationStatus;

    struct Wish {
        domain::ReserveSeats request;
        /// Absent until somebody was told.
        std::optional<domain::Reservation> told;
        /// What it may be now. Nothing: it isn't there.
        std::set<std::optional<Status>> possible;
    };

    struct Request {
        Wish* wish = nullptr;
        domain::Command command;
        Started<Answer> answer;
    };

    domain::Command think(Wish*& wish);
    void hear(Request& request);
    void hear_accepted(Wish& wish, const domain::Reservation& now, bool replayed);
    void hear_refusal(Wish& wish, const domain::Command& command, domain::Reason reason);
    void expect_kept(Wish& wish);
    Status by_the_clock(Status status, Instant expires_at) const;

    OneMachine& machine_;
    EventId event_;
    std::size_t seats_ = 0;
    std::mt19937_64 random_;
    std::deque<Wish> wishes_;
    std::deque<Request> in_the_air_;
    std::size_t told_ = 0;
    std::size_t unknown_ = 0;
};

/// Reads the machine's journal from its folder and judges it by the audit alone.
domain::Audit audit_journal_of(const OneMachine& machine);

}  // namespace frontrow::test
