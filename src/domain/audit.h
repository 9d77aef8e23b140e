#pragma once

#include "base/hash_map.h"
#include "base/small_vector.h"
#include "domain/api_key.h"
#include "domain/event.h"
#include "domain/facts.h"
#include "domain/member.h"
#include "domain/reservation.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::domain {

/// Judges a history by the promise: a seat goes to one buyer at a time, is sold at most once, and
/// nobody's hold is taken or freed before its end. It reads the facts alone and shares no code with
/// `decide` and `evolve`, so that a bug there shows here; what it has read is held against an
/// inventory by compare() in audit_comparison.h. What an event's own terms say of its sales is
/// judged by them; today's limits on what may be asked aren't: the past had others.
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

    /// Takes the next fact. Violations are kept, the first hundred of them, and the audit goes on.
    void observe(const Fact& fact);

    const std::vector<Violation>& violations() const { return violations_; }
    const Totals& totals() const { return totals_; }

private:
    friend class AuditComparison;

    using EventNumber = std::uint32_t;
    using UserNumber = std::uint32_t;

    struct EventTruth {
        Event event;
        /// False for one of which there are facts and none that made it.
        bool was_created = false;
        bool is_deleted = false;
        std::int64_t seats_held = 0;
        std::vector<Member> members;
        std::vector<std::shared_ptr<const SeatBlock>> blocks;
        /// They point into the blocks.
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
        /// When it was cancelled, or had run out.
        Instant ended_at;
        RequestMark request;
    };

    /// The newest use of a key.
    struct RequestTruth {
        Instant at;
        Bits128 content;
    };

    /// Of one kind: each is a specialisation in audit.cc.
    template <class Body>
    void judge(const Fact& fact, const Body& body);

    void judge_terms(const Fact& fact, const ReservationHeld& body, UserNumber user);
    void judge_request(const Fact& fact, const RequestMark& request);
    void take_seats(const Fact& fact, const ReservationHeld& body);
    void free_seats(const Fact& fact, ReservationId id, HoldTruth& hold);
    /// Seats of the event, or of one user in it, whose hold had run out by then though no fact says
    /// so yet. Reads every hold: asked only where the count by facts doesn't settle it.
    std::int64_t seats_run_out(EventNumber event, Instant at, const UserNumber* user = nullptr)
        const;
    HoldTruth* pending(const Fact& fact, ReservationId id);
    ApiKey* key_in_force(const Fact& fact, ApiKeyId id);
    EventTruth* event(const Fact& fact);
    /// Also of one that was deleted or never was.
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
    /// By key.
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
