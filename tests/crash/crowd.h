#pragma once

#include "support/fact_counts.h"
#include "support/one_machine.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace frontrow::test {

/// Buyers who send random requests, many at once, and remember the answers. After a crash they
/// check that the store has kept everything that it acknowledged. They want seats and units, some
/// with an access code, and change what they hold.
class Crowd {
public:
    /// Adds a category to the event, and holds some of its units and some seats back.
    Crowd(OneMachine& machine, EventId event, std::size_t seats, std::uint64_t seed);

    /// Sends some requests at once, and runs the store until they all wait.
    void send(std::size_t requests);
    /// Waits for every answer.
    void hear_answers();

    /// Checks every acknowledged answer against the restarted store. Unanswered requests may have
    /// been carried out or not; the crowd learns which.
    void expect_kept();

    std::size_t told() const { return told_; }
    std::size_t unknown() const { return unknown_; }

private:
    using Answer = Result<domain::Outcome, io::Fault>;
    using Status = domain::ReservationStatus;

    /// What a reservation has.
    struct Claim {
        /// In ascending order.
        domain::SeatIds seats;
        std::uint64_t units = 0;

        friend bool operator==(const Claim&, const Claim&) = default;
    };

    struct Wish {
        domain::ReserveSeats request;
        /// Absent until an answer arrived.
        std::optional<domain::Reservation> told;
        /// The states that the reservation may have now; nullopt if it may not exist.
        std::set<std::optional<Status>> possible;
        /// What it may have now: more than one if a change was never answered.
        std::vector<Claim> claims;
        bool is_changing = false;
    };

    struct Request {
        Wish* wish = nullptr;
        domain::Command command;
        Started<Answer> answer;
    };

    domain::Command think(Wish*& wish);
    domain::ReserveSeats want();
    /// A change of a reservation that is known, with no other change under way.
    domain::Command change(Wish& wish);
    void hear_change(Wish& wish, const domain::ChangeReservation& change, const Answer& answer);
    void hear(Request& request);
    void hear_accepted(Wish& wish, const domain::Reservation& now, bool replayed);
    void hear_refusal(Wish& wish, const domain::Command& command, domain::Reason reason);
    void expect_kept(Wish& wish);
    template <class Some>
    static Claim claim_of(const Some& some);
    static Claim changed_by(Claim claim, const domain::ChangeReservation& change);
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

/// Reads the machine's journal from its folder and checks it with the audit alone. Returns how many
/// facts of each kind it has.
FactCounts audit_journal_of(const OneMachine& machine);

}  // namespace frontrow::test
