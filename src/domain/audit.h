#pragma once

#include "base/hash_map.h"
#include "base/small_vector.h"
#include "domain/api_key.h"
#include "domain/event.h"
#include "domain/facts.h"
#include "domain/member.h"
#include "domain/requests.h"
#include "domain/reservation.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::domain {

/// Checks a history of facts against the promise: a seat belongs to one buyer at a time, is sold at
/// most once, and no hold is taken or freed before its end. The audit reads facts only and shares
/// no code with `decide` and `evolve`, so that a bug there shows up here. compare() in
/// audit_comparison.h checks an inventory against what the audit has read. Sales are judged by the
/// event's own terms, but not by today's limits on requests, because past requests had other
/// limits.
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

    /// Reads the next fact. Violations are collected, the first hundred of them, and the audit
    /// continues.
    void observe(const Fact& fact);

    const std::vector<Violation>& violations() const { return violations_; }
    const Totals& totals() const { return totals_; }

private:
    friend class AuditComparison;

    using EventNumber = std::uint32_t;
    using UserNumber = std::uint32_t;

    struct EventTruth {
        Event event;
        /// False if there are facts about the event, but none that created it.
        bool was_created = false;
        bool is_deleted = false;
        std::int64_t seats_held = 0;
        std::vector<Member> members;
        std::vector<std::shared_ptr<const SeatBlock>> blocks;
        /// The views point into the blocks.
        HashSet<std::string_view> numbers;
        std::uint64_t last_seq = 0;
        Instant last_at{};
    };

    struct SeatTruth {
        EventNumber event = 0;
        bool is_held = false;
        bool is_sold = false;
        Amount price = 0;
        ReservationId holder;
    };

    struct HoldTruth {
        EventNumber event = 0;
        UserNumber user = 0;
        SmallVector<SeatId, 1> seats;
        ReservationStatus status = ReservationStatus::pending;
        Currency currency;
        Amount total_amount = 0;
        Instant held_at;
        Instant first_expires_at;
        Instant expires_at;
        Instant confirmed_at;
        /// When it was cancelled, or when its hold ran out.
        Instant ended_at;
        RequestMark request;
    };

    /// What a request made or changed. The id is that of an event, reservation or API key. For
    /// seats it is the number of blocks that the event had; for a member, 1 if the member was new.
    struct Made {
        RequestKind kind = RequestKind::reservation;
        Bits128 id;

        friend bool operator==(const Made&, const Made&) = default;
    };

    /// The newest use of an idempotency key.
    struct RequestTruth {
        Instant at;
        Bits128 content;
        Made made;
    };

    /// Judges one kind of fact; audit.cc has a specialisation for each kind.
    template <class Body>
    void judge(const Fact& fact, const Body& body);

    void judge_terms(const Fact& fact, const ReservationHeld& body, UserNumber user);
    template <class Body>
    void judge_request(const Fact& fact, const Body& body);
    // Called before the fact is judged. There is one for each kind of fact that can have a request.
    Made made_by(const Fact& fact, const EventCreated& body);
    Made made_by(const Fact& fact, const SaleChanged& body);
    Made made_by(const Fact& fact, const MemberAdded& body);
    Made made_by(const Fact& fact, const SeatsAdded& body);
    Made made_by(const Fact& fact, const ReservationHeld& body);
    Made made_by(const Fact& fact, const ReservationExtended& body);
    Made made_by(const Fact& fact, const ApiKeyCreated& body);
    void take_seats(const Fact& fact, const ReservationHeld& body);
    void free_seats(const Fact& fact, ReservationId id, HoldTruth& hold);
    /// Counts the seats of the event, or of one user in it, whose hold has run out by `at` though
    /// no fact says so yet. Reads every hold, so it is called only if the count by facts doesn't
    /// decide.
    std::int64_t seats_run_out(EventNumber event, Instant at, const UserNumber* user = nullptr)
        const;
    HoldTruth* pending(const Fact& fact, ReservationId id);
    ApiKey* key_in_force(const Fact& fact, ApiKeyId id);
    EventTruth* event(const Fact& fact);
    /// Also gives a number to an event that was deleted or never existed.
    EventNumber number_of(EventId event);
    UserNumber number_of(const std::string& user);
    /// By event and user.
    std::int64_t& seats_of(EventNumber event, UserNumber user) {
        return seats_by_user_[std::uint64_t{event} << 32 | user];
    }
    void expect(const Fact& fact, bool holds, std::string_view otherwise);

    std::deque<EventTruth> events_;
    HashMap<EventId, EventNumber> events_by_id_;
    std::deque<std::string> users_;
    HashMap<std::string_view, UserNumber> users_by_sub_;
    HashMap<std::uint64_t, std::int64_t> seats_by_user_;
    HashMap<SeatId, SeatTruth> seats_;
    HashMap<ReservationId, HoldTruth> holds_;
    /// By idempotency key.
    HashMap<Bits128, RequestTruth> requests_;
    std::deque<ApiKey> api_keys_;
    HashMap<ApiKeyId, std::size_t> api_keys_by_id_;
    std::vector<Violation> violations_;
    Totals totals_;
    std::uint32_t format_ = 0;
    std::uint64_t last_seq_ = 0;
    Instant last_at_{};
};

}  // namespace frontrow::domain
