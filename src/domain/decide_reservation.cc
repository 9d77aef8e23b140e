#include "domain/categories.h"
#include "domain/choose_seats.h"
#include "domain/decide_claim.h"

#include <algorithm>
#include <chrono>
#include <numeric>
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
/// any order, and the same hold time. A request without a hold time asks for the event's present
/// one. If the event is deleted, such a request matches any hold time. A wish for the best seats
/// matches none, because a reservation doesn't tell by which wish its seats were chosen.
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

std::uint32_t units_in(const Items& items, const std::string& category) {
    std::uint32_t units = 0;
    for (const auto& item : items)
        if (item.category == category) units += item.quantity;
    return units;
}

/// Refuses units of which too few are left, counting those that the command gives back as free.
std::optional<Refusal> refuse_sold_out(
    const Inventory& inventory,
    const EventRow& event,
    const Items& items,
    const Items& given_back,
    Instant now
) {
    for (const auto& item : items) {
        const auto category = find_category(event, item.category);
        const CategoryView view{
            event.categories.get()[category], inventory.count_stock(event, category, now)
        };
        const auto left = view.available() + units_in(given_back, item.category);
        if (left >= item.quantity) continue;
        return Refusal{.reason = Reason::sold_out, .limit = left, .subject = item.category};
    }
    return std::nullopt;
}

}  // namespace

Amount amount_of(const UnitPrices& prices, const Items& items) {
    auto sum = std::accumulate(prices.begin(), prices.end(), Amount{0});
    for (const auto& item : items)
        sum += item.unit_price * item.quantity;
    return sum;
}

Result<Granted, Refusal>
grant(const Inventory& inventory, const EventRow& event, const Wish& wish, Instant now) {
    const auto refuse_it = [](Refusal refusal) { return std::unexpected(std::move(refusal)); };
    auto wanted = look_at(inventory, event, wish.seats, now);
    if (wanted.unknown)
        return refuse_it({.reason = Reason::seat_not_found, .subject = wanted.unknown->to_string()}
        );
    if (wish.best != nullptr) {
        if (auto refusal = refuse_unknown(inventory, event, *wish.best))
            return refuse_it(*std::move(refusal));
    }
    auto items = price(event, wish.items);
    if (!items)
        return refuse_it({.reason = Reason::category_not_found, .subject = std::move(items.error())}
        );
    const auto chosen_count = wish.best != nullptr ? wish.best->quantity : 0;
    const auto tickets = wish.seats.size() + chosen_count + units_of(wish.items);
    if (const auto limit = event.event.spec.max_seats_per_user;
        limit && inventory.reservations().tickets_of(event.index, wish.user, now) + tickets >
                     *limit + wish.tickets_given_back)
        return refuse_it({.reason = Reason::user_limit_reached, .limit = *limit});
    if (!wanted.conflicts.empty())
        return refuse_it(
            {.reason = Reason::seats_unavailable, .conflicts = std::move(wanted.conflicts)}
        );
    SeatIds chosen;
    if (wish.best != nullptr) {
        auto best = choose_seats(inventory, event, *wish.best, now);
        if (!best) return refuse_it(std::move(best.error()));
        chosen = *std::move(best);
        wanted = look_at(inventory, event, chosen, now);
    }
    if (auto refusal = refuse_sold_out(inventory, event, *items, wish.items_given_back, now))
        return refuse_it(*std::move(refusal));
    return Granted{
        std::move(wanted.prices), *std::move(items), std::move(wanted.lapsed), std::move(chosen)
    };
}

void end_lapsed(
    const Inventory& inventory,
    EventId event,
    const Granted& granted,
    std::vector<NewFact>& facts
) {
    for (const auto lapsed : granted.lapsed)
        facts.push_back({event, ReservationExpired{inventory.reservations()[lapsed].id}});
}

template <>
Decision decide_one(const Inventory& inventory, const ReserveSeats& command, Instant now) {
    inventory.prefetch(command.reservation, command.user, command.request.key);
    if (auto again = replay_reservation(inventory, command, now)) return *std::move(again);
    const auto* row = inventory.plans().find(command.event);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (auto refusal = refuse_by_event(row->event, command, now))
        return refuse(std::move(*refusal), row->last_seq());

    const Items none;
    const Wish wish{
        .user = command.user,
        .seats = command.seats,
        .items = command.items,
        .items_given_back = none,
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
    end_lapsed(inventory, command.event, *granted, decision.facts);
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
    if (auto again = replay_change(inventory, command.request, RequestKind::extension, now))
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
