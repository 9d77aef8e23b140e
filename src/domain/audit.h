#pragma once

#include "base/hash_map.h"
#include "base/small_vector.h"
#include "domain/allocation.h"
#include "domain/api_key.h"
#include "domain/category.h"
#include "domain/event.h"
#include "domain/facts.h"
#include "domain/member.h"
#include "domain/order.h"
#include "domain/requests.h"
#include "domain/reservation.h"
#include "domain/ticket.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// Checks that a history of facts keeps the promise: each seat belongs to one buyer at a time and
/// is sold at most once, no hold is taken from its buyer before its end, and nobody pays twice or
/// for nothing. The audit uses no code of `decide` and `evolve`, so it shows their bugs. It judges
/// a sale by the event's own terms, but not by today's limits on requests, because past requests
/// had other limits. compare() in audit_comparison.h then compares an inventory with what the audit
/// has read.
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
        std::uint64_t orders = 0;
    };

    /// The money of all orders in one currency. `captured` less `refunded` is what the buyers still
    /// pay for: `sold` and `owed`.
    struct Takings {
        Currency currency;
        std::uint64_t captures = 0;
        std::uint64_t captured = 0;
        std::uint64_t refunds = 0;
        std::uint64_t refunded = 0;
        /// The price of what orders have sold, without what was refunded.
        std::uint64_t sold = 0;
        /// Was captured, but the buyer has nothing for it: it is being refunded, or the provider
        /// has refused that.
        std::uint64_t owed = 0;

        bool are_balanced() const { return captured - refunded == sold + owed; }
    };

    /// Judges the next fact. Keeps the first hundred violations, and continues after each.
    void observe(const Fact& fact);

    const std::vector<Violation>& violations() const { return violations_; }
    const Totals& totals() const { return totals_; }
    /// By currency. `sold` is the price of the seats and units that orders have sold and not taken
    /// back, from the facts about reservations; the rest is from those about payments and refunds.
    /// Reads all orders.
    std::vector<Takings> takings() const;

private:
    friend class AuditComparison;

    using EventNumber = std::uint32_t;
    using UserNumber = std::uint32_t;

    /// A category, and how many of its units are held and sold.
    struct StockTruth {
        Category category;
        std::uint64_t held = 0;
        std::uint64_t sold = 0;
    };

    /// An allocation, and how many of its tickets are held and sold.
    struct AllocationTruth {
        Allocation allocation;
        /// A fact has ended it.
        bool has_ended = false;
        std::uint64_t used = 0;
        HashMap<UserNumber, std::uint64_t> used_by{};
    };
    /// An allocation's place among those of its event.
    using AllocationNumber = std::uint32_t;

    struct EventTruth {
        Event event;
        /// False if there are facts about the event, but none that created it.
        bool was_created = false;
        bool is_deleted = false;
        std::int64_t tickets_held = 0;
        /// Payments and refunds that haven't ended.
        std::uint64_t unsettled = 0;
        std::vector<Member> members;
        std::vector<std::shared_ptr<const SeatBlock>> blocks;
        /// In the order in which they were added.
        std::vector<StockTruth> stock;
        /// In the order in which they were added.
        std::vector<AllocationTruth> allocations;
        /// The allocation that each code opens, without ended ones.
        HashMap<Bits128, AllocationNumber> codes;
        /// The pending reservations whose units and allocated tickets count as held, by the end of
        /// their holds.
        std::set<std::pair<Instant, ReservationId>> unit_holds;
        /// The names of all seats, as views into the blocks.
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
        /// The allocation in which the seat is, unless a fact has ended it.
        std::optional<AllocationNumber> allocation{};
    };

    /// What a reservation had before it was changed.
    struct ClaimTruth {
        SmallVector<SeatId, 1> seats;
        Items items;
        Amount total_amount = 0;
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
        /// When the reservation was cancelled or its hold ran out.
        Instant ended_at;
        RequestMark request;
        Items items{};
        /// Null unless the reservation was changed.
        std::unique_ptr<const ClaimTruth> first{};
        std::optional<AllocationNumber> allocation{};
        /// How many of its tickets come from the allocation.
        std::uint64_t allocated = 0;
    };

    struct OrderTruth {
        Order order;
        EventNumber event = 0;
        /// The box office gives away what the order is about, whatever it costs.
        bool is_given_away = false;
        /// The payment that confirmed or restored the reservation.
        std::optional<PaymentId> sold_by{};
    };

    /// What orders have done to a reservation.
    struct PaymentsTruth {
        /// The newest order; an older one is closed.
        OrderId order;
        std::optional<Instant> first_asked_at{};
    };

    /// A payment or a refund has succeeded, and a fact about its consequence must follow at once.
    struct Consequence {
        OrderId order;
        ReservationId reservation;
        /// Exactly one of both.
        std::optional<PaymentId> payment{};
        std::optional<RefundId> refund{};
    };

    /// What a request made or changed. `id` is the id of an event, reservation, order or API key;
    /// for a payment or a refund, that of its order; for a ticket, id_of() it. For seats, a
    /// category or an allocation, it is the number of blocks, categories or allocations that the
    /// event had before; for a member, 1 if the member is new.
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
    /// Counts more or fewer tickets of the event and the user.
    void count_tickets(EventNumber event, UserNumber user, std::int64_t more) {
        tickets_of(event, user) += more;
        events_[event].tickets_held += more;
    }
    /// Judges whether the event was on sale.
    void judge_sale(const Fact& fact, const EventTruth& event);
    /// Judges the number of tickets in one reservation, and of those that its user has in all.
    void judge_limits(
        const Fact& fact,
        EventNumber event,
        UserNumber user,
        std::uint64_t in_reservation
    );
    template <class Body>
    void judge_request(const Fact& fact, const Body& body);
    // What the fact's request made. Call it before the fact is judged. There is an overload for
    // each kind of fact that can have a request.
    Made made_by(const Fact& fact, const EventCreated& body);
    Made made_by(const Fact& fact, const SaleChanged& body);
    Made made_by(const Fact& fact, const MemberAdded& body);
    Made made_by(const Fact& fact, const SeatsAdded& body);
    Made made_by(const Fact& fact, const CategoryAdded& body);
    Made made_by(const Fact& fact, const AllocationAdded& body);
    Made made_by(const Fact& fact, const ReservationHeld& body);
    Made made_by(const Fact& fact, const ReservationExtended& body);
    Made made_by(const Fact& fact, const ReservationChanged& body);
    Made made_by(const Fact& fact, const OrderPlaced& body);
    Made made_by(const Fact& fact, const PaymentIntended& body);
    Made made_by(const Fact& fact, const RefundIntended& body);
    Made made_by(const Fact& fact, const EventCancelled& body);
    Made made_by(const Fact& fact, const TicketReinstated& body);
    Made made_by(const Fact& fact, const TicketReissued& body);
    Made made_by(const Fact& fact, const ApiKeyCreated& body);
    // What the seats and the units cost. Unsigned, because a signed sum of arbitrary prices could
    // overflow, which is undefined.
    std::uint64_t
    take_seats(const Fact& fact, ReservationId by, const SeatIds& seats, const UnitPrices& prices);
    /// Doesn't add the reservation to `unit_holds`.
    std::uint64_t take_units(const Fact& fact, const Items& items);
    // Change the seats or the units of a hold, and return what they cost more than before.
    std::uint64_t change_seats(const Fact& fact, const ReservationChanged& body, HoldTruth& hold);
    std::uint64_t change_units(const Fact& fact, const ReservationChanged& body, HoldTruth& hold);
    void free_seats(const Fact& fact, ReservationId id, HoldTruth& hold);
    void move_end(HoldTruth& hold, ReservationId id, Instant end);

    // These are in audit_orders.cc, audit_refunds.cc and audit_takings.cc.

    /// The order of the fact, if it belongs to the fact's event.
    OrderTruth* order(const Fact& fact, OrderId id);
    Payment* payment(const Fact& fact, OrderId order, PaymentId id);
    /// What an order for this hold must charge for.
    OrderLines lines_of(const HoldTruth& hold) const;
    /// The order of this reservation that isn't closed by a fact; null if there is none.
    OrderTruth* unclosed_order(ReservationId id);
    /// Judges how long an attempt to pay holds what the order is about.
    void pin_hold(const Fact& fact, Order& order, const PaymentIntended& body);
    /// Judges that no payment for the reservation is open.
    void judge_no_open_payment(const Fact& fact, ReservationId id);
    /// Judges whether a pending reservation might be confirmed, and by which order.
    void judge_confirmation(const Fact& fact, ReservationId id, const HoldTruth& hold);
    void close_order(ReservationId id, Instant at);
    /// Gives an expired reservation its seats and units again, and confirms it.
    void take_again(const Fact& fact, ReservationId id, HoldTruth& hold);
    /// The order has sold what it is about, by the payment that has just succeeded.
    void sell_by(const Fact& fact, OrderTruth& truth);
    /// Whether an order, and with it the keys of its requests, is still remembered.
    bool is_remembered(const Order& order, Instant at) const;
    /// The order that a request made or changed; nothing for other requests.
    static std::optional<OrderId> order_of(const Made& made);
    /// Whether the key of a request is kept because its order is remembered.
    bool is_key_kept(const Made& made, Instant at) const;
    /// The order of the payment that has just succeeded for this reservation; null if none has.
    OrderTruth* just_paid(ReservationId id);
    void
    judge_refund_of_tickets(const Fact& fact, const OrderTruth& truth, const RefundIntended& body);
    /// For a payment that bought nothing. An earlier refund of it may have failed.
    void
    judge_refund_of_nothing(const Fact& fact, const OrderTruth& truth, const RefundIntended& body);
    /// The same, as the consequence of the payment's success.
    void
    judge_refund_at_once(const Fact& fact, const OrderTruth& truth, const RefundIntended& body);
    /// Judges the numbers of the tickets that are refunded.
    void judge_numbers(const Fact& fact, const Order& order, const RefundIntended& body);
    /// The refund of the fact, if it doesn't have this status already. Once it ends, it no longer
    /// counts as unsettled.
    Refund* unlike(const Fact& fact, RefundStatus status, OrderId order, RefundId id);
    /// For a refund that had failed.
    void judge_late_success(const Fact& fact, const OrderTruth& truth, const Refund& refund);
    /// The refund that has just succeeded and takes tickets out of this reservation; null if there
    /// is none.
    const Refund* just_returned(const Fact& fact, ReservationId id);
    /// Takes all of a confirmed reservation, or a part of it, back.
    void take_back(const Fact& fact, const ReservationCancelled& body, HoldTruth& hold);
    void take_back(const Fact& fact, const ReservationChanged& body, HoldTruth& hold);
    /// Makes sold seats and units free.
    void unsell(HoldTruth& hold, std::span<const SeatId> seats, const Items& items);
    /// Keeps what the reservation had when it was made.
    static void keep_first_claim(HoldTruth& hold);
    /// Takes units out of the list. Returns false if it has fewer of these.
    static bool take_entry(Items& items, const Item& item);
    // These are in audit_tickets.cc.

    /// Stands for the ticket in Made::id.
    static Bits128 id_of(TicketId ticket);
    /// The order that sold this reservation; null if none did.
    const Order* order_that_sold(ReservationId id) const;
    /// For each ticket, in the order of numbers, whether a refund has taken it from the buyer.
    static std::vector<bool> lost_tickets(const Order& order);
    /// Whether a refund has taken this ticket, which must exist, from the buyer.
    bool is_lost(TicketId id) const;
    /// What has happened to the ticket that the fact changes, if there is such a ticket in the
    /// fact's event.
    TicketNotes* sold_ticket(const Fact& fact, TicketId id);
    /// The same for a fact that can't be about a refunded ticket.
    TicketNotes* ticket(const Fact& fact, TicketId id);

    static Takings& takings_of(std::vector<Takings>& all, Currency currency);
    /// Judges what a new hold takes of an allocation, and counts it as used.
    void take_allocated(const Fact& fact, const ReservationHeld& body, HoldTruth& hold);
    /// Judges whether the seats aren't held back, or only by the hold's own allocation.
    void judge_held_back(const Fact& fact, const HoldTruth& hold, std::span<const SeatId> seats);
    /// Judges whether a hold might take what it has just taken of its allocation.
    void judge_allocation(const Fact& fact, const HoldTruth& hold);
    /// How many of these tickets come from the hold's allocation.
    std::uint64_t
    allocated_of(const HoldTruth& hold, std::span<const SeatId> seats, const Items& items);
    /// Whether the hold belongs in `unit_holds`.
    static bool counts_units(const HoldTruth& hold) {
        return !hold.items.empty() || hold.allocation.has_value();
    }
    static void forget_codes(EventTruth& event, AllocationNumber number);
    void judge_codes(const Fact& fact, EventTruth& event, AllocationNumber number);
    /// Counts the units and allocated tickets of all holds of the event that have run out at `at`
    /// as free.
    void lapse_units(EventTruth& event, Instant at);
    /// Counts a hold's tickets of its allocation as used, or as unused.
    void use_allocation(const HoldTruth& hold, bool is_used);
    /// How many units of the category are held back at `at` and not used.
    static std::uint64_t held_back(const EventTruth& event, std::string_view category, Instant at);
    /// The allocation with this name, unless a fact has ended it.
    static std::optional<AllocationNumber>
    allocation_named(const EventTruth& event, std::string_view name);
    /// The same for a fact that changes it: there must be one.
    AllocationTruth* changed_allocation(const Fact& fact, const std::string& name);
    /// Counts the units and allocated tickets of a hold as free, unless lapse_units() has done so.
    void free_units(HoldTruth& hold, ReservationId id);
    /// Null if the event has no category with this name.
    static StockTruth* stock_of(EventTruth& event, std::string_view category);
    /// Counts the tickets of the event, or of one user in it, whose hold has run out by `at` but
    /// wasn't ended by a fact. Reads every hold, so call it only if the verdict depends on these
    /// tickets.
    std::int64_t tickets_run_out(EventNumber event, Instant at, const UserNumber* user = nullptr)
        const;
    HoldTruth* pending(const Fact& fact, ReservationId id);
    /// Null unless the reservation is confirmed.
    HoldTruth* confirmed(ReservationId id);
    ApiKey* key_in_force(const Fact& fact, ApiKeyId id);
    EventTruth* event(const Fact& fact);
    /// The event's number. An event that was deleted or never existed gets one too.
    EventNumber number_of(EventId event);
    UserNumber number_of(const std::string& user);
    /// The number of tickets that the user has in the event.
    std::int64_t& tickets_of(EventNumber event, UserNumber user) {
        return tickets_by_user_[std::uint64_t{event} << 32 | user];
    }
    void expect(const Fact& fact, bool holds, std::string_view otherwise);

    std::deque<EventTruth> events_;
    HashMap<EventId, EventNumber> events_by_id_;
    std::deque<std::string> users_;
    HashMap<std::string_view, UserNumber> users_by_sub_;
    HashMap<std::uint64_t, std::int64_t> tickets_by_user_;
    HashMap<SeatId, SeatTruth> seats_;
    HashMap<ReservationId, HoldTruth> holds_;
    HashMap<OrderId, OrderTruth> orders_;
    HashSet<PaymentId> payments_;
    HashSet<RefundId> refunds_;
    HashMap<ReservationId, PaymentsTruth> payments_by_reservation_;
    std::optional<Consequence> due_;
    /// Only those to which something has happened.
    std::map<TicketId, TicketNotes> tickets_;
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

// These are in audit_claims.cc.
template <>
void Audit::judge(const Fact& fact, const ReservationHeld& body);
template <>
void Audit::judge(const Fact& fact, const ReservationChanged& body);
// These are in audit_orders.cc.
template <>
void Audit::judge(const Fact& fact, const OrderPlaced& body);
template <>
void Audit::judge(const Fact& fact, const PaymentIntended& body);
template <>
void Audit::judge(const Fact& fact, const PaymentPending& body);
template <>
void Audit::judge(const Fact& fact, const PaymentSucceeded& body);
template <>
void Audit::judge(const Fact& fact, const PaymentDeclined& body);
template <>
void Audit::judge(const Fact& fact, const PaymentDisputed& body);
template <>
void Audit::judge(const Fact& fact, const ReservationRestored& body);
// These are in audit_refunds.cc.
template <>
void Audit::judge(const Fact& fact, const RefundIntended& body);
template <>
void Audit::judge(const Fact& fact, const RefundSucceeded& body);
template <>
void Audit::judge(const Fact& fact, const RefundFailed& body);
template <>
void Audit::judge(const Fact& fact, const EventCancelled& body);
// These are in audit_tickets.cc.
template <>
void Audit::judge(const Fact& fact, const TicketScanned& body);
template <>
void Audit::judge(const Fact& fact, const TicketReinstated& body);
template <>
void Audit::judge(const Fact& fact, const TicketReissued& body);
// These are in audit_allocations.cc.
template <>
void Audit::judge(const Fact& fact, const AllocationAdded& body);
template <>
void Audit::judge(const Fact& fact, const AllocationChanged& body);
template <>
void Audit::judge(const Fact& fact, const AllocationEnded& body);

}  // namespace frontrow::domain
