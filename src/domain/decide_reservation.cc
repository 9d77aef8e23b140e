#include "domain/allocations.h"
#include "domain/choose_seats.h"
#include "domain/decide_claim.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace frontrow::domain {

const ReservationRow* find_own_reservation(
    const Inventory& inventory,
    ReservationId id,
    const std::string& user,
    Instant now
) {
    const auto& reservations = inventory.reservations();
    const auto* row = reservations.find(id, now);
    return row != nullptr && reservations.buyers().name(row->user) == user ? row : nullptr;
}

std::optional<Reason> refuse_unless_held(ReservationStatus status) {
    switch (status) {
        case ReservationStatus::confirmed:
            return Reason::reservation_confirmed;
        case ReservationStatus::cancelled:
            return Reason::reservation_cancelled;
        case ReservationStatus::expired:
            return Reason::hold_expired;
        case ReservationStatus::pending:
            return std::nullopt;
    }
}

std::optional<Reason>
refuse_unless_free(const Inventory& inventory, const ReservationRow& row, Instant now) {
    if (const auto reason = refuse_unless_held(status_of(row, now))) return reason;
    if (inventory.orders().is_being_paid(row.id)) return Reason::payment_in_progress;
    return std::nullopt;
}

std::optional<Decision> replay_change(
    const Inventory& inventory,
    const std::optional<RequestMark>& request,
    RequestKind kind,
    Instant now
) {
    const auto as_now = [&](const RequestRow& before) {
        const auto& row = inventory.reservations()[before.made];
        return accept(inventory.entity(row, now), inventory.last_seq());
    };
    return replay(inventory, given(request), kind, now, as_now);
}

namespace {

SeatIds sorted(SeatIds seats) {
    std::ranges::sort(seats);
    return seats;
}

}  // namespace

bool names_a_seat_twice(const SeatIds& seats) {
    if (seats.size() < 2) return false;
    const auto in_order = sorted(seats);
    return std::ranges::adjacent_find(in_order) != in_order.end();
}

namespace {

/// Whether both name the same units. Each names a category once.
bool are_same_items(const WantedItems& wanted, const Items& made) {
    const auto is_made = [&](const WantedItem& one) {
        const auto same = std::ranges::find(made, one.category, &Item::category);
        return same != made.end() && same->quantity == one.quantity;
    };
    return wanted.size() == made.size() && std::ranges::all_of(wanted, is_made);
}

/// Whether the request asks for what this reservation was made with: the same seats and items in
/// any order, the same hold time, and a code of the same allocation. A request without a hold time
/// asks for the event's present one. If the event is deleted, such a request matches any hold time.
/// A wish for the best seats matches none, because a reservation doesn't tell by which wish its
/// seats were chosen.
bool asks_for(
    const Inventory& inventory,
    const ReserveSeats& command,
    const ReservationRow& row,
    Instant now
) {
    const auto& event = inventory.event_of(row);
    const auto opened =
        command.access_code ? find_by_code(event, *command.access_code, now) : kNobody;
    // A code that opens nothing now may have been another one.
    if (opened != allocation_of(row) || (command.access_code && opened == kNobody)) return false;
    const Millis made_with{row.hold_ms};
    const Millis unsaid = event.deleted ? made_with : Millis{event.event.spec.hold};
    const Millis wanted = command.hold ? Millis{*command.hold} : unsaid;
    const auto made = inventory.entity_as_created(row);
    return !command.best && command.event == event.event.id && wanted == made_with &&
           sorted(command.seats) == sorted(made.seats) && are_same_items(command.items, made.items);
}

/// The answer to a request that was made before; nothing if the request is new.
std::optional<Decision>
replay_reservation(const Inventory& inventory, const ReserveSeats& command, Instant now) {
    const auto row_of = [&](const RequestRow& before) -> const ReservationRow& {
        return inventory.reservations()[before.made];
    };
    const auto as_made = [&](const RequestRow& before) {
        const auto& row = row_of(before);
        auto decision =
            accept(inventory.entity_as_created(row), inventory.event_of(row).last_seq());
        decision.outcome->status_now = status_of(row, now);
        return decision;
    };
    const auto asks_the_same = [&](const RequestRow& before) {
        return asks_for(inventory, command, row_of(before), now);
    };
    return replay(
        inventory, &command.request, RequestKind::reservation, now, as_made, asks_the_same
    );
}

std::uint64_t tickets_wanted(const ReserveSeats& command) {
    const auto chosen = command.best ? command.best->quantity : 0;
    return command.seats.size() + chosen + units_of(command.items);
}

/// Refuses by the event's terms, before any seat or category is looked at.
std::optional<Refusal>
refuse_by_event(const Event& event, const ReserveSeats& command, Instant now) {
    const auto& spec = event.spec;
    const auto because = [](Reason reason, std::int64_t limit = 0) {
        return Refusal{.reason = reason, .limit = limit};
    };
    if (const auto reason = refuse_by_sale(event, now)) return because(*reason);
    if (names_a_seat_twice(command.seats)) return because(Reason::seat_named_twice);
    if (command.hold && *command.hold > spec.hold)
        return because(Reason::hold_too_long, spec.hold.count());
    if (tickets_wanted(command) > spec.max_seats_per_reservation) {
        return because(Reason::too_many_seats, spec.max_seats_per_reservation);
    }
    return std::nullopt;
}

}  // namespace

template <>
Decision decide_one(const Inventory& inventory, const ReserveSeats& command, Instant now) {
    inventory.prefetch(command.reservation, command.user, command.request.key);
    if (auto again = replay_reservation(inventory, command, now)) return *std::move(again);
    return hold(inventory, command, now);
}

Decision hold(const Inventory& inventory, const ReserveSeats& command, Instant now) {
    const auto* row = inventory.plans().find(command.event);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (auto refusal = refuse_by_event(row->event, command, now))
        return refuse(std::move(*refusal), row->last_seq());
    const auto opened =
        command.access_code ? find_by_code(*row, *command.access_code, now) : kNobody;
    if (command.access_code && opened == kNobody)
        return refuse(Reason::code_invalid, row->last_seq());

    const SeatIds no_seats;
    const Items no_items;
    const Wish wish{
        .user = command.user,
        .seats = command.seats,
        .items = command.items,
        .seats_given_back = no_seats,
        .items_given_back = no_items,
        .opened = opened,
        .best = command.best ? &*command.best : nullptr,
    };
    auto granted = grant(inventory, *row, wish, now);
    if (!granted) {
        auto& refusal = granted.error();
        if (refusal.reason == Reason::seats_unavailable && command.wants_alternatives)
            refusal.alternatives = find_alternatives(inventory, *row, command.seats, now);
        return refuse(std::move(refusal), row->last_seq());
    }

    // Built in place in the result: reservations are the most frequent command in a rush, so they
    // are moved as little as possible.
    Decision decision;
    auto& entity = decision.outcome->entity.emplace<Reservation>();
    entity.id = command.reservation;
    entity.event = command.event;
    entity.user = command.user;
    entity.seats = command.best ? granted->chosen : command.seats;
    entity.total_amount = amount_of(granted->prices, granted->items);
    entity.items = granted->items;
    entity.currency = row->event.spec.currency;
    entity.created_at = now;
    // An event from an older version may have a hold time that would end after kLastInstant.
    entity.expires_at =
        std::min<Instant>(now + command.hold.value_or(row->event.spec.hold), kLastInstant);
    decision.facts.reserve(granted->lapsed.size() + 1);
    end_due(inventory, *row, *granted, now, decision.facts);
    decision.facts.emplace_back(
        command.event,
        FactBody{
            std::in_place_type<ReservationHeld>,
            entity.id,
            entity.user,
            entity.seats,
            entity.total_amount,
            entity.expires_at,
            command.request,
            std::move(granted->prices),
            std::move(granted->items),
            std::move(granted->allocation),
        }
    );
    return decision;
}

template <>
Decision decide_one(const Inventory& inventory, const ConfirmReservation& command, Instant now) {
    const auto* row = find_own_reservation(inventory, command.reservation, command.user, now);
    if (row == nullptr) return refuse(Reason::reservation_not_found, 0);
    const auto& event = inventory.event_of(*row);
    const auto status = status_of(*row, now);
    if (status == ReservationStatus::confirmed)
        return accept(inventory.entity(*row, now), event.last_seq());
    if (const auto reason = refuse_unless_free(inventory, *row, now))
        return refuse(*reason, event.last_seq());
    if (event.event.spec.payment == PaymentRule::required)
        return refuse(Reason::payment_required, event.last_seq());
    if (event.event.cancelled) return refuse(Reason::event_cancelled, event.last_seq());
    if (event.event.spec.admission.asks().has_terms() && !command.accepts_terms)
        return refuse(Reason::terms_not_accepted, event.last_seq());

    auto entity = inventory.entity(*row, now);
    entity.status = ReservationStatus::confirmed;
    entity.confirmed_at = now;
    return accept(std::move(entity), event.event.id, ReservationConfirmed{row->id});
}

template <>
Decision decide_one(const Inventory& inventory, const CancelReservation& command, Instant now) {
    const auto* row = find_own_reservation(inventory, command.reservation, command.user, now);
    if (row == nullptr) return refuse(Reason::reservation_not_found, 0);
    const auto& event = inventory.event_of(*row);
    const auto status = status_of(*row, now);
    if (status == ReservationStatus::cancelled)
        return accept(inventory.entity(*row, now), event.last_seq());
    if (const auto reason = refuse_unless_free(inventory, *row, now))
        return refuse(*reason, event.last_seq());
    auto entity = inventory.entity(*row, now);
    entity.status = ReservationStatus::cancelled;
    return accept(std::move(entity), event.event.id, ReservationCancelled{row->id});
}

template <>
Decision decide_one(const Inventory& inventory, const ExtendReservation& command, Instant now) {
    if (auto again = replay_change(inventory, command.request, RequestKind::extension, now))
        return *std::move(again);
    const auto* row = find_own_reservation(inventory, command.reservation, command.user, now);
    if (row == nullptr) return refuse(Reason::reservation_not_found, 0);
    const auto& event = inventory.event_of(*row);
    if (const auto reason = refuse_unless_free(inventory, *row, now))
        return refuse(*reason, event.last_seq());
    if (const auto reason = refuse_by_sale(event.event, now))
        return refuse(*reason, event.last_seq());
    const Instant expires_at = row->expires_at + command.by;
    const Millis length_max = kHoldLengthsMax * Millis{row->hold_ms};
    if (expires_at - row->created_at > length_max) {
        const auto limit = std::chrono::floor<std::chrono::seconds>(length_max).count();
        return refuse_limit(Reason::extension_too_long, limit, event.last_seq());
    }
    auto entity = inventory.entity(*row, now);
    entity.expires_at = expires_at;
    return accept(
        std::move(entity), event.event.id, ReservationExtended{row->id, expires_at, command.request}
    );
}

template <>
Decision decide_one(const Inventory& inventory, const ExpireHolds& command, Instant now) {
    auto decision = accept(std::monostate{}, inventory.last_seq());
    inventory.plans().visit_due_allocations(now, [&](const AllocationEnd& end) {
        if (decision.facts.size() >= command.at_most) return false;
        const auto& event = inventory.plans()[end.event];
        decision.facts.push_back(
            {event.event.id, AllocationEnded{event.allocations.all[end.allocation]->name}}
        );
        return true;
    });
    inventory.reservations().visit_soonest_expired(now, [&](const ReservationRow& row) {
        if (decision.facts.size() >= command.at_most) return false;
        decision.facts.push_back({inventory.event_of(row).event.id, ReservationExpired{row.id}});
        return true;
    });
    return decision;
}

}  // namespace frontrow::domain
