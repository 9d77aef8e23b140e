#include "domain/evolve.h"

#include "base/check.h"
#include "domain/acts.h"
#include "domain/allocations.h"
#include "domain/categories.h"
#include "domain/inventory.h"
#include "domain/members.h"
#include "domain/order_notes.h"
#include "domain/sold_reservation.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// The only code that changes an inventory's parts.
class Evolution {
public:
    Evolution(Inventory& inventory, const Fact& fact)
        : inventory_{inventory},
          plans_{inventory.plans_},
          reservations_{inventory.reservations_},
          requests_{inventory.requests_},
          api_keys_{inventory.api_keys_},
          orders_{inventory.orders_},
          tickets_{inventory.tickets_},
          newest_{inventory.newest_},
          fact_{fact} {}

    void run() {
        CHECK(fact_.seq > newest_.get().seq);
        auto& newest = newest_.change();
        newest.seq = fact_.seq;
        newest.at = fact_.at;
        if (fact_.event != EventId{}) event_ = plans_.index_of(fact_.event);
        const auto take = [this](const auto& body) {
            const bool is_act = this->is_act(body);
            apply(body);
            return is_act;
        };
        const bool is_act = std::visit(take, fact_.body);
        if (event_ == kNobody) return;
        plans_.note_fact(event_, {.seq = fact_.seq, .at = fact_.at});
        if (is_act) plans_.note_act(event_, fact_.seq);
    }

private:
    void apply(const EventCreated& body);
    void apply(const EventUpdated& body) {
        change_event([&](Event& event) { event.spec = body.spec; });
    }
    void apply(const EventDeleted& body);
    void apply(const SaleChanged& body) {
        remember(body.request, RequestKind::sale, event());
        // If the action is the same, the fact only records the request's key.
        if (plans_[event()].event.sale != body.action)
            change_event([&](Event& changed) { changed.sale = body.action; });
    }
    void apply(const MemberAdded& body) {
        const auto* known = find_member(plans_[event()], body.sub);
        remember(body.request, RequestKind::member, known == nullptr ? 1 : 0);
        // If the role is the same, the fact only records the request's key.
        if (known == nullptr || known->role != body.role)
            plans_.add_member(event(), {.sub = body.sub, .role = body.role, .added_at = fact_.at});
        events_changed();
    }
    void apply(const MemberRemoved& body) {
        plans_.remove_member(event(), body.sub);
        events_changed();
    }
    void apply(const SeatsAdded& body) {
        const auto blocks = plans_[event()].blocks.size();
        remember(body.request, RequestKind::seats, static_cast<std::uint32_t>(blocks));
        plans_.add_block(event(), body.block);
    }
    void apply(const CategoryAdded& body) {
        const auto known = plans_[event()].categories.get().size();
        remember(body.request, RequestKind::category, static_cast<std::uint32_t>(known));
        plans_.add_category(event(), body.category);
    }
    void apply(const CategoryChanged& body) { plans_.change_category(event(), body.category); }
    void apply(const AllocationAdded& body) {
        const auto known = plans_[event()].allocations.all.size();
        remember(body.request, RequestKind::allocation, static_cast<std::uint32_t>(known));
        plans_.add_allocation(event(), body.allocation);
    }
    void apply(const AllocationChanged& body) {
        plans_.change_allocation(event(), allocation_named(body.name), body.change);
    }
    void apply(const AllocationEnded& body) {
        plans_.end_allocation(event(), allocation_named(body.name));
    }
    void apply(const ReservationHeld& body);
    void apply(const ReservationConfirmed& body) {
        reservations_.confirm(index_of(body.reservation), fact_.at);
        orders_.close(body.reservation, fact_.at);
    }
    void apply(const ReservationCancelled& body) {
        const auto index = index_of(body.reservation);
        if (reservations_[index].status == ReservationStatus::confirmed)
            return reservations_.take_back(index, fact_.at);
        reservations_.end_hold(index, ReservationStatus::cancelled, fact_.at);
        orders_.close(body.reservation, fact_.at);
    }
    void apply(const ReservationExpired& body) {
        const auto index = index_of(body.reservation);
        reservations_.end_hold(index, ReservationStatus::expired, fact_.at);
        orders_.close(body.reservation, ended_at(reservations_[index]));
    }
    void apply(const ReservationRestored& body) {
        reservations_.restore(index_of(body.reservation), fact_.at);
        orders_.reopen(body, fact_.at);
    }
    void apply(const ReservationExtended& body) {
        const auto index = index_of(body.reservation);
        remember(body.request, RequestKind::extension, index);
        reservations_.extend(index, body.expires_at, fact_.at);
    }
    void apply(const ReservationChanged& body);
    void apply(const OrderPlaced& body);
    void apply(const PaymentIntended& body);
    void apply(const PaymentPending& body) { change_order(body); }
    void apply(const PaymentSucceeded& body) { change_order(body); }
    void apply(const PaymentDeclined& body) { change_order(body); }
    void apply(const PaymentDisputed& body) { change_order(body); }
    void apply(const RefundIntended& body) {
        remember(body.request, RequestKind::refund, change_order(body));
    }
    void apply(const RefundSucceeded& body) { change_order(body); }
    void apply(const RefundFailed& body) { change_order(body); }
    void apply(const EventCancelled& body);
    void apply(const TicketScanned& body) { change_ticket(body); }
    void apply(const TicketReinstated& body) {
        remember(body.request, RequestKind::ticket, change_ticket(body));
    }
    void apply(const TicketReissued& body) {
        remember(body.request, RequestKind::ticket, change_ticket(body));
    }
    void apply(const ApiKeyCreated& body);
    void apply(const ApiKeyRevoked& body) { api_keys_.revoke(body.key, fact_.at, fact_.seq); }
    void apply(const ApiKeyMoved& body) { api_keys_.move(body.key, body.account, fact_.seq); }
    void apply(const FormatRaised& body) {
        CHECK(body.format > newest_.get().format && body.format <= kNewestFormat);
        newest_.change().format = body.format;
    }

    template <class Body>
    bool is_act(const Body& body) const {
        return domain::is_act(body);
    }
    /// An act, unless the ticket's own account did it. Asks who has the ticket before the fact.
    bool is_act(const TicketReissued& body) const {
        const auto ticket = find_ticket(inventory_, body.ticket, fact_.at);
        return ticket && body.by != ticket->holder();
    }
    void remember(const std::optional<RequestMark>& request, RequestKind kind, std::uint32_t made) {
        if (request) requests_.add({.mark = *request, .at = fact_.at, .kind = kind, .made = made});
    }
    template <class Body>
    OrderIndex change_order(const Body& body) {
        return orders_.apply(body, fact_.at);
    }
    template <class Body>
    TicketIndex change_ticket(const Body& body) {
        return tickets_.apply(body, plans_[event()].event.id, fact_.at);
    }
    AllocationIndex allocation_named(const std::string& name) const {
        const auto of = find_allocation(plans_[event()], name);
        CHECK(of != kNobody);
        return of;
    }
    EventIndex event() const {
        CHECK(event_ != kNobody);
        return event_;
    }
    /// The reservation must belong to the fact's event.
    ReservationIndex index_of(ReservationId id) const {
        const auto index = reservations_.index_of(id);
        CHECK(index != kNobody && reservations_[index].event == event_);
        return index;
    }
    /// The seat's index in the fact's event, to which it must belong.
    SeatIndex place_of(SeatId id) const {
        const auto place = plans_.find_seat(id);
        CHECK(place && place->event == event_);
        return place->seat;
    }
    std::vector<ItemRow> rows_of(const Items& items) const {
        std::vector<ItemRow> rows;
        rows.reserve(items.size());
        for (const auto& item : items) {
            const auto category = find_category(plans_[event()], item.category);
            CHECK(category != kNobody);
            rows.push_back({category, item.quantity, item.unit_price});
        }
        return rows;
    }
    template <class Change>
    void change_event(Change change) {
        auto changed = plans_[event()].event;
        change(changed);
        changed.updated_at = fact_.at;
        ++changed.version;
        plans_.update(event(), std::move(changed));
        events_changed();
    }
    void events_changed() { newest_.change().events_seq = fact_.seq; }

    const Inventory& inventory_;
    SeatPlans& plans_;
    Reservations& reservations_;
    Requests& requests_;
    ApiKeys& api_keys_;
    Orders& orders_;
    Tickets& tickets_;
    StateValue<NewestFacts>& newest_;
    const Fact& fact_;
    /// The fact's event; kNobody if the fact is about no event.
    EventIndex event_ = kNobody;
};

void Evolution::apply(const EventCreated& body) {
    CHECK(event_ == kNobody);
    event_ = plans_.add(Event{
        .id = fact_.event,
        .spec = body.spec,
        .created_by = body.created_by,
        .created_at = fact_.at,
        .updated_at = fact_.at,
    });
    remember(body.request, RequestKind::event, event_);
    events_changed();
}

void Evolution::apply(const EventDeleted&) {
    plans_.remove(event(), fact_.at);
    events_changed();
}

void Evolution::apply(const ReservationHeld& body) {
    const auto& row = plans_[event()];
    const bool has_claim = !body.seats.empty() || !body.items.empty();
    CHECK(!row.deleted && has_claim && body.expires_at > fact_.at);
    ReservationRow made{
        .id = body.reservation,
        .event = row.index,
        .currency = row.event.spec.currency,
        .hold_ms = (body.expires_at - fact_.at).count(),
        .total_amount = body.total_amount,
        .created_at = fact_.at,
        .expires_at = body.expires_at,
    };
    made.seats.reserve(body.seats.size());
    for (const auto id : body.seats)
        made.seats.push_back(place_of(id));
    if (!body.items.empty() || !body.allocation.empty()) {
        ReservationMore more;
        more.items = rows_of(body.items);
        if (!body.allocation.empty()) more.allocation = allocation_named(body.allocation);
        made.more = std::make_shared<const ReservationMore>(std::move(more));
    }
    made.request = requests_.add({
        .mark = body.request,
        .at = fact_.at,
        .kind = RequestKind::reservation,
        .made = reservations_.end(),
    });
    reservations_.hold(std::move(made), body.user);
}

void Evolution::apply(const ReservationChanged& body) {
    const auto index = index_of(body.reservation);
    remember(body.request, RequestKind::change, index);
    ClaimChange change{
        .added_seats = {},
        .removed_seats = {},
        .added_items = rows_of(body.added_items),
        .removed_items = rows_of(body.removed_items),
        .total_amount = body.total_amount,
    };
    for (const auto id : body.added_seats)
        change.added_seats.push_back(place_of(id));
    for (const auto id : body.removed_seats)
        change.removed_seats.push_back(place_of(id));
    reservations_.change(index, change, fact_.at);
    orders_.close(body.reservation, fact_.at);
}

void Evolution::apply(const OrderPlaced& body) {
    const auto& row = reservations_[index_of(body.reservation)];
    const auto* const before = orders_.newest_of(body.reservation, fact_.at);
    remember(body.request, RequestKind::order, orders_.end());
    orders_.place(placed(
        body,
        fact_.event,
        reservations_.buyers().name(row.user),
        row.currency,
        before == nullptr ? std::nullopt : before->first_asked_at,
        fact_.at
    ));
}

void Evolution::apply(const PaymentIntended& body) {
    const auto order = change_order(body);
    remember(body.request, RequestKind::payment, order);
    const auto index = index_of(orders_[order].reservation);
    if (body.pinned_until > reservations_[index].expires_at)
        reservations_.extend(index, body.pinned_until, fact_.at);
}

void Evolution::apply(const EventCancelled& body) {
    remember(body.request, RequestKind::cancellation, event());
    if (plans_[event()].event.cancelled) {
        // Readers don't see when it was cancelled again, so the event's version stays.
        auto again = plans_[event()].event;
        again.refunds_asked_at = fact_.at;
        plans_.update(event(), std::move(again));
        orders_.event_was_cancelled_again(fact_.event);
    } else {
        change_event([](Event& changed) { changed.cancelled = true; });
        orders_.event_was_cancelled(fact_.event);
    }
}

void Evolution::apply(const ApiKeyCreated& body) {
    remember(body.request, RequestKind::api_key, static_cast<std::uint32_t>(api_keys_.size()));
    api_keys_.add(
        ApiKey{
            .id = body.key,
            .name = body.name,
            .role = body.role,
            .prefix = body.prefix,
            .digest = body.digest,
            .created_by = body.created_by,
            .created_at = fact_.at,
            .revoked_at = std::nullopt,
            .account = body.account,
        },
        fact_.seq
    );
}

void evolve(Inventory& inventory, const Fact& fact) {
    Evolution{inventory, fact}.run();
}

void evolve_for_good(Inventory& inventory, const Fact& fact) {
    // A fact adds at most one row that is erased later, so erasing two per fact keeps up.
    constexpr std::size_t kErasedPerFact = 2;
    evolve(inventory, fact);
    inventory.let_go(kErasedPerFact);
}

}  // namespace frontrow::domain
