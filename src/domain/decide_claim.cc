#include "domain/decide_claim.h"

#include "domain/allocations.h"
#include "domain/categories.h"
#include "domain/choose_seats.h"

#include <algorithm>
#include <expected>
#include <numeric>
#include <string_view>
#include <utility>

namespace frontrow::domain {
namespace {

/// What the look-up of the wanted seats found: their prices, their conflicts, the reservations
/// whose holds on them have run out, and the first unknown seat.
struct WantedSeats {
    /// How many of the seats are in the allocation that is open to the buyer.
    std::uint32_t of_allocation = 0;
    UnitPrices prices;
    std::vector<SeatConflict> conflicts;
    std::vector<ReservationIndex> lapsed;
    std::optional<SeatId> unknown;
};

WantedSeats look_at(
    const Inventory& inventory,
    const EventRow& event,
    const SeatIds& seats,
    AllocationIndex opened,
    Instant now
) {
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
        const bool is_opened = opened != kNobody && allocation_of(event, place->seat) == opened;
        wanted.of_allocation += is_opened ? 1 : 0;
        if (!is_free_for(event, opened, place->seat, status)) {
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

std::uint32_t units_in(const Items& items, std::string_view category) {
    std::uint32_t units = 0;
    for (const auto& item : items)
        if (item.category == category) units += item.quantity;
    return units;
}

/// The name of the category whose units the allocation holds back; empty if it holds back none.
std::string_view category_of(const EventRow& event, AllocationIndex opened) {
    return opened == kNobody ? std::string_view{} : event.allocations.all[opened]->category;
}

/// How many tickets of the open allocation the buyer wants: seats in it, and units of its category.
std::uint32_t wanted_of_allocation(
    const EventRow& event,
    const Wish& wish,
    const WantedSeats& wanted,
    const Items& items
) {
    return wanted.of_allocation + units_in(items, category_of(event, wish.opened));
}

/// How many tickets of the open allocation the command gives back.
std::uint32_t
given_back_of_allocation(const Inventory& inventory, const EventRow& event, const Wish& wish) {
    auto tickets = units_in(wish.items_given_back, category_of(event, wish.opened));
    for (const auto id : wish.seats_given_back)
        if (allocation_of(event, inventory.plans().find_seat(id)->seat) == wish.opened) ++tickets;
    return tickets;
}

/// Refuses more tickets of the open allocation than its limits leave to the buyer.
std::optional<Refusal> refuse_used_up(
    const Inventory& inventory,
    const EventRow& event,
    const Wish& wish,
    std::uint32_t tickets,
    Instant now
) {
    if (tickets == 0) return std::nullopt;
    const auto given_back = given_back_of_allocation(inventory, event, wish);
    auto view = inventory.allocation_view(event, wish.opened, now);
    view.used -= given_back;
    auto left = view.left();
    if (const auto limit = view.allocation->limit_per_user) {
        const auto& reservations = inventory.reservations();
        const auto used =
            reservations.count_used_by(event, wish.opened, wish.user, now) - given_back;
        left = std::min(left, *limit - std::min(used, *limit));
    }
    if (tickets <= left) return std::nullopt;
    return Refusal{
        .reason = Reason::allocation_used_up, .limit = left, .subject = view.allocation->name
    };
}

/// Refuses units of which too few are left, counting those that the command gives back as free.
/// Those of the open allocation were held back.
std::optional<Refusal> refuse_sold_out(
    const Inventory& inventory,
    const EventRow& event,
    const Wish& wish,
    const Items& items,
    Instant now
) {
    for (const auto& item : items) {
        if (item.category == category_of(event, wish.opened)) continue;
        const auto category = find_category(event, item.category);
        const CategoryView view{
            event.categories.get()[category], inventory.count_stock(event, category, now)
        };
        const auto left = view.available() + units_in(wish.items_given_back, item.category);
        if (left >= item.quantity) continue;
        return Refusal{.reason = Reason::sold_out, .limit = left, .subject = item.category};
    }
    return std::nullopt;
}

/// Refuses more tickets than the event permits one user.
std::optional<Refusal> refuse_by_user_limit(
    const Inventory& inventory,
    const EventRow& event,
    const Wish& wish,
    Instant now
) {
    const auto limit = event.event.spec.max_seats_per_user;
    if (!limit) return std::nullopt;
    const auto chosen_count = wish.best != nullptr ? wish.best->quantity : 0;
    const auto tickets = wish.seats.size() + chosen_count + units_of(wish.items);
    const auto given_back = wish.seats_given_back.size() + units_of(wish.items_given_back);
    if (inventory.reservations().tickets_of(event.index, wish.user, now) + tickets <=
        *limit + given_back)
        return std::nullopt;
    return Refusal{.reason = Reason::user_limit_reached, .limit = *limit};
}

}  // namespace

Result<Granted, Refusal>
grant(const Inventory& inventory, const EventRow& event, const Wish& wish, Instant now) {
    const auto refuse_it = [](Refusal refusal) { return std::unexpected(std::move(refusal)); };
    auto wanted = look_at(inventory, event, wish.seats, wish.opened, now);
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
    if (auto refusal = refuse_by_user_limit(inventory, event, wish, now))
        return refuse_it(*std::move(refusal));
    SeatIds chosen;
    if (wish.best != nullptr) {
        auto best = choose_seats(inventory, event, *wish.best, wish.opened, now);
        if (!best) return refuse_it(std::move(best.error()));
        chosen = *std::move(best);
        wanted = look_at(inventory, event, chosen, wish.opened, now);
    }
    const auto of_allocation = wanted_of_allocation(event, wish, wanted, *items);
    if (auto refusal = refuse_used_up(inventory, event, wish, of_allocation, now))
        return refuse_it(*std::move(refusal));
    if (!wanted.conflicts.empty())
        return refuse_it(
            {.reason = Reason::seats_unavailable, .conflicts = std::move(wanted.conflicts)}
        );
    if (auto refusal = refuse_sold_out(inventory, event, wish, *items, now))
        return refuse_it(*std::move(refusal));
    Granted granted{
        .prices = std::move(wanted.prices),
        .items = *std::move(items),
        .lapsed = std::move(wanted.lapsed),
        .chosen = std::move(chosen),
    };
    if (of_allocation > 0) granted.allocation = event.allocations.all[wish.opened]->name;
    return granted;
}

bool take_back(Items& items, const WantedItem& wanted, Items& taken) {
    auto left = wanted.quantity;
    for (auto i = items.size(); i-- > 0 && left > 0;) {
        const auto item = items[i];
        if (item.category != wanted.category) continue;
        const auto units = std::min(left, item.quantity);
        taken.push_back({item.category, units, item.unit_price});
        take_units(items, taken.back());
        left -= units;
    }
    return left == 0;
}

Amount price_of(const Inventory& inventory, const EventRow& event, SeatId id) {
    return seat_spec(event, inventory.plans().find_seat(id)->seat).price;
}

AllocationIndex open_to(const EventRow& event, const ReservationRow& row, Instant now) {
    const auto of = allocation_of(row);
    if (of == kNobody || event.allocations.all[of] == nullptr) return kNobody;
    return is_in_force(*event.allocations.all[of], now) ? of : kNobody;
}

void end_due(
    const Inventory& inventory,
    const EventRow& event,
    const Granted& granted,
    Instant now,
    std::vector<NewFact>& facts
) {
    end_due_allocations(inventory, event, now, facts);
    for (const auto lapsed : granted.lapsed)
        facts.push_back({event.event.id, ReservationExpired{inventory.reservations()[lapsed].id}});
}

Amount amount_of(const UnitPrices& prices, const Items& items) {
    auto sum = std::accumulate(prices.begin(), prices.end(), Amount{0});
    for (const auto& item : items)
        sum += item.unit_price * item.quantity;
    return sum;
}

}  // namespace frontrow::domain
