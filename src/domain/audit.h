#pragma once

#include "base/hash_map.h"
#include "domain/facts.h"
#include "domain/reservation.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::domain {

/// Judges a history by the promise: a seat goes to one buyer at a time, is sold at most once, and
/// nobody's hold is taken or freed before its end. It reads the facts alone and shares no code with
/// `decide` and `evolve`, so that a bug there shows here.
class Audit {
public:
    struct Violation {
        std::uint64_t seq = 0;
        std::string what;
    };

    struct Totals {
        std::uint64_t facts = 0;
        std::uint64_t events = 0;
        std::uint64_t seats = 0;
        std::uint64_t reservations = 0;
        std::uint64_t confirmed = 0;
        std::uint64_t seats_sold = 0;
    };

    /// `is_one_chain`: the facts of one journal, without a gap and in the order of time. Those of a
    /// cluster have gaps, and facts that don't touch each other may be in the other order.
    explicit Audit(bool is_one_chain = true) : is_one_chain_{is_one_chain} {}

    /// Takes the next fact. Violations are kept, the first hundred of them, and the audit goes on.
    void observe(const Fact& fact);

    const std::vector<Violation>& violations() const { return violations_; }
    const Totals& totals() const { return totals_; }

private:
    struct SeatTruth {
        EventId event;
        Amount price = 0;
        ReservationId holder;
        bool is_held = false;
        bool is_sold = false;
    };

    struct HoldTruth {
        EventId event;
        std::string user;
        SeatIds seats;
        Instant held_at;
        Instant first_expires_at;
        Instant expires_at;
        ReservationStatus status = ReservationStatus::pending;
    };

    struct EventTruth {
        EventSpec spec;
        bool is_deleted = false;
        std::int64_t seats_held = 0;
    };

    void judge(const Fact& fact, const EventCreated& body);
    void judge(const Fact& fact, const EventUpdated& body);
    void judge(const Fact& fact, const EventDeleted& body);
    void judge(const Fact& fact, const SeatsAdded& body);
    void judge(const Fact& fact, const ReservationHeld& body);
    void judge(const Fact& fact, const ReservationConfirmed& body);
    void judge(const Fact& fact, const ReservationCancelled& body);
    void judge(const Fact& fact, const ReservationExpired& body);
    void judge(const Fact& fact, const ReservationExtended& body);
    void judge(const Fact& fact, const ApiKeyCreated& body);
    void judge(const Fact& fact, const ApiKeyRevoked& body);

    void judge_terms(const Fact& fact, const ReservationHeld& body);
    void take_seat(const Fact& fact, const ReservationHeld& body, SeatId id, Amount& total);
    void free_seats(const Fact& fact, ReservationId id, HoldTruth& hold);
    /// Seats of the event, or of one user in it, whose hold had run out by then though no fact says
    /// so yet. Reads every hold: asked only where the count by facts doesn't settle it.
    std::int64_t seats_run_out(const Fact& fact, const std::string* user = nullptr) const;
    HoldTruth* pending(const Fact& fact, ReservationId id);
    EventTruth* event(const Fact& fact);
    void expect(const Fact& fact, bool holds, std::string_view otherwise);

    bool is_one_chain_;
    HashMap<EventId, EventTruth> events_;
    HashMap<SeatId, SeatTruth> seats_;
    HashMap<ReservationId, HoldTruth> holds_;
    HashMap<std::string, std::int64_t> seats_by_user_;
    /// Whether it's in force.
    HashMap<ApiKeyId, bool> api_keys_;
    HashMap<Bits128, Instant> requests_;
    std::vector<Violation> violations_;
    Totals totals_;
    std::uint64_t last_seq_ = 0;
    Instant last_at_{};
};

}  // namespace frontrow::domain
