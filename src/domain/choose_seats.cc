#include "domain/choose_seats.h"

#include "domain/allocations.h"
#include "domain/best_seats.h"
#include "domain/inventory.h"

#include <algorithm>
#include <utility>

namespace frontrow::domain {
namespace {

std::optional<SeatIndex>
find_seat_of(const Inventory& inventory, const EventRow& event, SeatId id) {
    const auto place = inventory.plans().find_seat(id);
    return place && place->event == event.index ? std::optional{place->seat} : std::nullopt;
}

/// Tells the chooser of the seats that time alone has freed. Lets it choose among the seats that
/// are free at `now` for a buyer to whom the allocation `opened` is open.
Result<SeatChoice, NoSeats> choose(
    const Inventory& inventory,
    const EventRow& event,
    const SeatWish& wish,
    AllocationIndex opened,
    Instant now
) {
    auto& best = event.chooser.of(event);
    inventory.reservations().visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event != event.index) return;
        for (const auto seat : row.seats)
            best.raise_once(seat);
    });
    inventory.visit_seats_released(event, now, [&](SeatIndex seat) { best.raise_once(seat); });
    const auto scoring = scoring_of(event.event.spec);
    const auto is_free = [&](SeatIndex seat) {
        return is_free_for(event, opened, seat, inventory.seat_status(event, seat, now));
    };
    if (opened == kNobody) return best.choose(wish, scoring, is_free);
    const auto visit_held_back = [&](AllocationIndex of, auto take) {
        const auto& allocation = event.allocations.all[of];
        if (allocation == nullptr) return;
        for (const auto id : allocation->seats)
            take(inventory.plans().find_seat(id)->seat);
    };
    return best.choose_for(opened, visit_held_back, wish, scoring, is_free);
}

SeatIds ids_of(const EventRow& event, const SeatChoice& choice) {
    SeatIds ids;
    ids.reserve(choice.size());
    for (const auto seat : choice)
        ids.push_back(seat_id(event, seat));
    return ids;
}

Refusal refusal_of(NoSeats why) {
    switch (why) {
        case NoSeats::sold_out:
            return {.reason = Reason::sold_out};
        case NoSeats::not_together:
            return {.reason = Reason::not_together};
    }
}

}  // namespace

SeatScoring scoring_of(const EventSpec& spec) {
    SeatScoring scoring{.preference = spec.best_seats, .focus = {}};
    if (spec.focal_point) scoring.focus = {spec.focal_point->x, spec.focal_point->y};
    return scoring;
}

std::optional<Refusal>
refuse_unknown(const Inventory& inventory, const EventRow& event, const BestWish& wish) {
    if (wish.near && !find_seat_of(inventory, event, *wish.near))
        return Refusal{.reason = Reason::seat_not_found, .subject = wish.near->to_string()};
    if (wish.section && !event.chooser.of(event).rows().find_section(*wish.section))
        return Refusal{.reason = Reason::section_not_found, .subject = *wish.section};
    return std::nullopt;
}

Result<SeatIds, Refusal> choose_seats(
    const Inventory& inventory,
    const EventRow& event,
    const BestWish& wish,
    AllocationIndex opened,
    Instant now
) {
    SeatWish of_seats{
        .quantity = wish.quantity,
        .price_max = wish.price_max,
        .accessible = wish.accessible,
        .allow_split = wish.allow_split,
    };
    if (wish.section) of_seats.section = event.chooser.of(event).rows().find_section(*wish.section);
    if (wish.near) of_seats.near = find_seat_of(inventory, event, *wish.near);
    const auto choice = choose(inventory, event, of_seats, opened, now);
    if (!choice) return std::unexpected(refusal_of(choice.error()));
    return ids_of(event, *choice);
}

std::vector<SeatIds> find_alternatives(
    const Inventory& inventory,
    const EventRow& event,
    const SeatIds& wanted,
    Instant now
) {
    const auto& rows = event.chooser.of(event).rows();
    SeatWish wish{.quantity = static_cast<std::uint32_t>(wanted.size())};
    Amount price_max = 0;
    for (const auto id : wanted) {
        const auto seat = *find_seat_of(inventory, event, id);
        const auto& place = rows.places()[rows.place_of(seat)];
        if (!wish.near) wish.near = seat;
        price_max = std::max(price_max, place.price);
        wish.accessible |= place.is_accessible;
    }
    wish.price_max = price_max;
    std::vector<SeatIds> alternatives;
    SeatChoice offered;
    while (alternatives.size() < kAlternativesMax) {
        wish.without = offered;
        const auto choice = choose(inventory, event, wish, kNobody, now);
        if (!choice) break;
        alternatives.push_back(ids_of(event, *choice));
        offered.insert(offered.end(), choice->begin(), choice->end());
    }
    return alternatives;
}

}  // namespace frontrow::domain
