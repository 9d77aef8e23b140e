#include "domain/categories.h"
#include "domain/choose_seats.h"
#include "domain/decide_rules.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

namespace frontrow::domain {
namespace {

/// The reservation, if it belongs to this user. Another user's is treated as not found.
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

/// The reason why a reservation can't be changed; nothing while it is pending and its hold runs.
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

SeatIds sorted(SeatIds seats) {
    std::ranges::sort(seats);
    return seats;
}

bool names_a_seat_twice(const SeatIds& seats) {
    if (seats.size() < 2) return false;
    const auto in_order = sorted(seats);
    return std::ranges::adjacent_find(in_order) != in_order.end();
}

/// Whether both name the same units. Each names a category once.
bool are_same_items(const WantedItems& wanted, const Items& made) {
    const auto is_made = [&](const WantedItem& one) {
        const auto same = std::ranges::find(made, one.category, &Item::category);
        return same != made.end() && same->quantity == one.quantity;
    };
    return wanted.size() == made.size() && std::ranges::all_of(wanted, is_made);
}

/// Whether the request asks for what this reservation was made with: the same seats and items in
/// any order, and the same hold time. A request without a hold time asks for the event's present one. If the
/// event is deleted, such a request matches any hold time. A wish for the best seats matches none, because a
/// reservation doesn't tell by which wish its seats were chosen.
bool asks_for(const Inventory& inventory, const ReserveSeats& command, const ReservationRow& row) {
    const auto& event = inventory.event_of(row);
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
        return asks_for(inventory, command, row_of(before));
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

/// What the look-up of the wanted seats found: their prices, their conflicts, the reservations
/// whose holds on them have run out, and the first unknown seat.
struct WantedSeats {
    UnitPrices prices;
    std::vector<SeatConflict> conflicts;
    std::vector<ReservationIndex> lapsed;
    std::optional<SeatId> unknown;
};

WantedSeats
look_at(const Inventory& inventory, const EventRow& event, const SeatIds& seats, Instant now) {
    WantedSeats wanted;
    wanted.prices.reserve(seats.size());
    for (const auto id : seats) {
        const auto place = inventory.plans().find_seat(id);
        if (!place || place->event != event.index) {
            wanted.unknown = id;
            return wanted;
        }
        wanted.prices.push_back(seat_spec(event, place->seat).price);
        const auto status = inventory.seat_status(event, place->seat, now);
        const auto holder = event.holders[place->seat];
        if (status != SeatStatus::available) {
            wanted.conflicts.push_back({id, status});
        } else if (holder != kNobody &&
                   std::ranges::find(wanted.lapsed, holder) == wanted.lapsed.end()) {
            wanted.lapsed.push_back(holder);
        }
    }
    return wanted;
}

/// Names each wanted seat that isn't free.
Refusal refuse_taken(
    const Inventory& inventory,
    const EventRow& event,
    const ReserveSeats& command,
    std::vector<SeatConflict> conflicts,
    Instant now
) {
    Refusal refusal{.reason = Reason::seats_unavailable, .conflicts = std::move(conflicts)};
    if (command.wants_alternatives)
        refusal.alternatives = find_alternatives(inventory, event, command.seats, now);
    return refusal;
}

/// The wanted units with their prices, or the first category that the event doesn't have.
std::expected<Items, std::string> price(const EventRow& event, const WantedItems& wanted) {
    Items items;
    items.reserve(wanted.size());
    for (const auto& one : wanted) {
        const auto category = find_category(event, one.category);
        if (category == kNobody) return std::unexpected(one.category);
        items.push_back({one.category, one.quantity, event.categories.get()[category].price});
    }
    return items;
}

/// Refuses units of which too few are left.
std::optional<Refusal>
refuse_sold_out(const Inventory& inventory, const EventRow& event, const Items& items, Instant now) {
    for (const auto& item : items) {
        const auto category = find_category(event, item.category);
        const CategoryView view{
            event.categories.get()[category], inventory.count_stock(event, category, now)
        };
        if (view.available() >= item.quantity) continue;
        return Refusal{
            .reason = Reason::sold_out, .limit = view.available(), .subject = item.category
        };
    }
    return std::nullopt;
}

Amount sum_of(const UnitPrices& prices, const Items& items) {
    auto sum = std::accumulate(prices.begin(), prices.end(), Amount{0});
    for (const auto& item : items)
        sum += item.unit_price * item.quantity;
    return sum;
}

/// Accepts: these seats and items are free.
Decision hold(
    const Inventory& inventory,
    const EventRow& event,
    const ReserveSeats& command,
    const SeatIds& seats,
    WantedSeats&& wanted,
    Items&& items,
    Instant now
) {
    // Built in place in the result: reservations are the most frequent command in a rush, so they
    // are moved as little as possible.
    Decision decision;
    auto& entity = decision.outcome->entity.emplace<Reservation>();
    entity.id = command.reservation;
    entity.event = command.event;
    entity.user = command.user;
    entity.seats = seats;
    entity.total_amount = sum_of(wanted.prices, items);
    entity.items = items;
    entity.currency = event.event.spec.currency;
    entity.created_at = now;
    // An event from an older version may have a hold time that would end after kLastInstant.
    entity.expires_at =
        std::min<Instant>(now + command.hold.value_or(event.event.spec.hold), kLastInstant);
    decision.facts.reserve(wanted.lapsed.size() + 1);
    for (const auto lapsed : wanted.lapsed) {
        decision.facts.push_back(
            {command.event, ReservationExpired{inventory.reservations()[lapsed].id}}
        );
    }
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
            std::move(wanted.prices),
            std::move(items),
        }
    );
    return decision;
}

}  // namespace

template <>
Decision decide_one(const Inventory& inventory, const ReserveSeats& command, Instant now) {
    inventory.prefetch(command.reservation, command.user, command.request.key);
    if (auto again = replay_reservation(inventory, command, now)) return *std::move(again);
    const auto* row = inventory.plans().find(command.event);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (auto refusal = refuse_by_event(row->event, command, now))
        return refuse(std::move(*refusal), row->last_seq());

    auto wanted = look_at(inventory, *row, command.seats, now);
    if (wanted.unknown)
        return refuse_subject(Reason::seat_not_found, wanted.unknown->to_string(), row->last_seq());
    if (command.best) {
        if (auto refusal = refuse_unknown(inventory, *row, *command.best))
            return refuse(*std::move(refusal), row->last_seq());
    }
    auto items = price(*row, command.items);
    if (!items)
        return refuse_subject(
            Reason::category_not_found, std::move(items.error()), row->last_seq()
        );
    if (const auto limit = row->event.spec.max_seats_per_user;
        limit &&
        inventory.reservations().tickets_of(row->index, command.user, now) +
                tickets_wanted(command) >
            *limit) {
        return refuse_limit(Reason::user_limit_reached, *limit, row->last_seq());
    }
    if (!wanted.conflicts.empty()) {
        return refuse(
            refuse_taken(inventory, *row, command, std::move(wanted.conflicts), now),
            row->last_seq()
        );
    }
    Result<SeatIds, Refusal> chosen;
    if (command.best) {
        chosen = choose_seats(inventory, *row, *command.best, now);
        if (!chosen) return refuse(std::move(chosen.error()), row->last_seq());
        wanted = look_at(inventory, *row, *chosen, now);
    }
    if (auto refusal = refuse_sold_out(inventory, *row, *items, now))
        return refuse(*std::move(refusal), row->last_seq());

    const auto& seats = command.best ? *chosen : command.seats;
    return hold(inventory, *row, command, seats, std::move(wanted), *std::move(items), now);
}

template <>
Decision decide_one(const Inventory& inventory, const ConfirmReservation& command, Instant now) {
    const auto* row = find_own_reservation(inventory, command.reservation, command.user, now);
    if (row == nullptr) return refuse(Reason::reservation_not_found, 0);
    const auto& event = inventory.event_of(*row);
    const auto status = status_of(*row, now);
    if (status == ReservationStatus::confirmed)
        return accept(inventory.entity(*row, now), event.last_seq());
    if (const auto reason = refuse_unless_held(status)) return refuse(*reason, event.last_seq());
    if (event.event.spec.payment == PaymentRule::required)
        return refuse(Reason::payment_required, event.last_seq());

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
    if (const auto reason = refuse_unless_held(status)) return refuse(*reason, event.last_seq());
    auto entity = inventory.entity(*row, now);
    entity.status = ReservationStatus::cancelled;
    return accept(std::move(entity), event.event.id, ReservationCancelled{row->id});
}

template <>
Decision decide_one(const Inventory& inventory, const ExtendReservation& command, Instant now) {
    // The reservation as it is now. It may have ended since the first request.
    const auto as_now = [&](const RequestRow& before) {
        const auto& row = inventory.reservations()[before.made];
        return accept(inventory.entity(row, now), inventory.last_seq());
    };
    if (auto again = replay(inventory, given(command.request), RequestKind::extension, now, as_now))
        return *std::move(again);
    const auto* row = find_own_reservation(inventory, command.reservation, command.user, now);
    if (row == nullptr) return refuse(Reason::reservation_not_found, 0);
    const auto& event = inventory.event_of(*row);
    if (const auto reason = refuse_unless_held(status_of(*row, now)))
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
    inventory.reservations().visit_soonest_expired(now, [&](const ReservationRow& row) {
        if (decision.facts.size() >= command.at_most) return false;
        decision.facts.push_back({inventory.event_of(row).event.id, ReservationExpired{row.id}});
        return true;
    });
    return decision;
}

}  // namespace frontrow::domain
