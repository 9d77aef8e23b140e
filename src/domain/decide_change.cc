#include "domain/decide_claim.h"

#include <algorithm>
#include <expected>
#include <utility>

namespace frontrow::domain {
namespace {

bool has_stale_tag(const ChangeReservation& command, const Reservation& reservation) {
    const auto& tags = command.if_match;
    return tags && std::ranges::find(*tags, tag_of(reservation)) == tags->end();
}

bool adds_something(const ChangeReservation& command) {
    return !command.add_seats.empty() || !command.add_items.empty();
}

bool names_one_seat_twice(const ChangeReservation& command) {
    auto named = command.add_seats;
    named.insert(named.end(), command.remove_seats.begin(), command.remove_seats.end());
    return names_a_seat_twice(named);
}

std::uint64_t tickets_of(const Reservation& reservation) {
    return reservation.seats.size() + units_of(reservation.items);
}

/// Takes what the command gives back out of the reservation. Returns the units with their prices,
/// or names the first seat or category that the reservation doesn't have.
std::expected<Items, std::string> give_back(
    const Inventory& inventory,
    const EventRow& event,
    const ChangeReservation& command,
    Reservation& reservation
) {
    Items items;
    for (const auto id : command.remove_seats) {
        const auto seat = std::ranges::find(reservation.seats, id);
        if (seat == reservation.seats.end()) return std::unexpected(id.to_string());
        reservation.seats.erase(seat);
        reservation.total_amount -= price_of(inventory, event, id);
    }
    for (const auto& wanted : command.remove_items)
        if (!take_back(reservation.items, wanted, items)) return std::unexpected(wanted.category);
    reservation.total_amount -= amount_of({}, items);
    return items;
}

/// Adds the seats and units that the command asks for to the reservation. Call it after
/// give_back().
Result<Granted, Refusal> take_more(
    const Inventory& inventory,
    const EventRow& event,
    const ChangeReservation& command,
    const Items& items_given_back,
    AllocationIndex opened,
    Reservation& reservation,
    Instant now
) {
    const auto tickets = command.add_seats.size() + units_of(command.add_items);
    if (const auto limit = event.event.spec.max_seats_per_reservation;
        tickets_of(reservation) + tickets > limit)
        return std::unexpected(Refusal{.reason = Reason::too_many_seats, .limit = limit});
    const Wish wish{
        .user = command.user,
        .seats = command.add_seats,
        .items = command.add_items,
        .seats_given_back = command.remove_seats,
        .items_given_back = items_given_back,
        .opened = opened,
    };
    auto granted = grant(inventory, event, wish, now);
    if (!granted) return granted;
    for (const auto id : command.add_seats)
        reservation.seats.push_back(id);
    for (const auto& item : granted->items)
        add_units(reservation.items, item);
    reservation.total_amount += amount_of(granted->prices, granted->items);
    return granted;
}

/// The refusal for which no seat and no category need be looked up; nothing if there is none.
std::optional<Reason> refuse_early(
    const Inventory& inventory,
    const ReservationRow& row,
    const ChangeReservation& command,
    const Reservation& reservation,
    Instant now
) {
    if (const auto reason = refuse_unless_free(inventory, row, now)) return reason;
    if (has_stale_tag(command, reservation)) return Reason::version_stale;
    if (adds_something(command))
        if (const auto reason = refuse_by_sale(inventory.event_of(row).event, now)) return reason;
    if (names_one_seat_twice(command)) return Reason::seat_named_twice;
    return std::nullopt;
}

}  // namespace

template <>
Decision decide_one(const Inventory& inventory, const ChangeReservation& command, Instant now) {
    if (auto again = replay_change(inventory, command.request, RequestKind::change, now))
        return *std::move(again);
    const auto* row = find_own_reservation(inventory, command.reservation, command.user, now);
    if (row == nullptr) return refuse(Reason::reservation_not_found, 0);
    const auto& event = inventory.event_of(*row);
    const auto rests_on = event.last_seq();
    auto entity = inventory.entity(*row, now);
    if (const auto reason = refuse_early(inventory, *row, command, entity, now))
        return refuse(*reason, rests_on);

    auto removed = give_back(inventory, event, command, entity);
    if (!removed)
        return refuse_subject(Reason::not_in_reservation, std::move(removed.error()), rests_on);
    if (!adds_something(command) && tickets_of(entity) == 0)
        return refuse(Reason::nothing_left, rests_on);
    Granted granted;
    if (adds_something(command)) {
        const auto opened = open_to(event, *row, now);
        auto more = take_more(inventory, event, command, *removed, opened, entity, now);
        if (!more) return refuse(std::move(more.error()), rests_on);
        granted = *std::move(more);
    }

    Decision decision;
    end_due(inventory, event, granted, now, decision.facts);
    decision.facts.push_back({
        event.event.id,
        ReservationChanged{
            .reservation = command.reservation,
            .added_seats = command.add_seats,
            .unit_prices = std::move(granted.prices),
            .removed_seats = command.remove_seats,
            .added_items = std::move(granted.items),
            .removed_items = *std::move(removed),
            .total_amount = entity.total_amount,
            .request = command.request,
        },
    });
    decision.outcome = Accepted{.entity = std::move(entity)};
    return decision;
}

}  // namespace frontrow::domain
