#include "domain/audit.h"

#include <algorithm>
#include <memory>

namespace frontrow::domain {
namespace {

/// The entry for the same category and price, or the end.
Items::iterator entry_like(Items& items, const Item& item) {
    return std::ranges::find_if(items, [&](const Item& one) {
        return one.category == item.category && one.unit_price == item.unit_price;
    });
}

}  // namespace

template <>
void Audit::judge(const Fact& fact, const ReservationHeld& body) {
    const auto user = number_of(body.user);
    judge_terms(fact, body, user);
    const auto event = number_of(fact.event);
    HoldTruth hold{
        .event = event,
        .user = user,
        .seats = {body.seats.begin(), body.seats.end()},
        .currency = events_[event].event.spec.currency,
        .total_amount = body.total_amount,
        .held_at = fact.at,
        .first_expires_at = body.expires_at,
        .expires_at = body.expires_at,
        .request = body.request,
        .items = body.items,
    };
    take_allocated(fact, body, hold);
    const auto seats = take_seats(fact, body.reservation, body.seats, body.unit_prices);
    const auto units = take_units(fact, body.items);
    if (counts_units(hold)) events_[event].unit_holds.emplace(body.expires_at, body.reservation);
    expect(
        fact,
        seats + units == static_cast<std::uint64_t>(body.total_amount),
        "the amount isn't the sum of the prices"
    );
    const bool is_new = holds_.emplace(body.reservation, std::move(hold)).second;
    expect(fact, is_new, "a reservation was made twice");
    ++totals_.reservations;
}

void Audit::judge_terms(const Fact& fact, const ReservationHeld& body, UserNumber user) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    const auto& spec = truth->event.spec;
    const auto number = number_of(fact.event);
    const auto tickets = body.seats.size() + units_of(body.items);
    count_tickets(number, user, static_cast<std::int64_t>(tickets));
    judge_limits(fact, number, user, tickets);
    judge_sale(fact, *truth);
    const auto length = body.expires_at - fact.at;
    expect(fact, length > Millis{0} && length <= spec.hold, "a hold is longer than allowed");
}

std::uint64_t Audit::take_seats(
    const Fact& fact,
    ReservationId by,
    const SeatIds& seats,
    const UnitPrices& prices
) {
    std::uint64_t total = 0;
    const auto event = number_of(fact.event);
    const bool has_all = prices.size() == seats.size();
    expect(fact, has_all || prices.empty(), "some seats have no price");
    for (std::size_t i = 0; i < seats.size(); ++i) {
        const auto found = seats_.find(seats[i]);
        const bool is_here = found != seats_.end() && found->second.event == event;
        expect(fact, is_here, "a seat was held that the event doesn't have");
        if (found == seats_.end()) continue;
        auto& seat = found->second;
        expect(fact, !seat.is_sold, "a sold seat was held again");
        expect(fact, !seat.is_held, "a seat was held for two buyers at once");
        if (has_all) expect(fact, prices[i] == seat.price, "a seat had another price");
        seat.is_held = true;
        seat.holder = by;
        total += static_cast<std::uint64_t>(seat.price);
    }
    return total;
}

std::uint64_t Audit::take_units(const Fact& fact, const Items& items) {
    std::uint64_t total = 0;
    if (items.empty()) return total;
    auto& truth = events_[number_of(fact.event)];
    lapse_units(truth, fact.at);
    for (const auto& item : items) {
        auto* stock = stock_of(truth, item.category);
        expect(fact, stock != nullptr, "units were held of a category that the event doesn't have");
        if (stock == nullptr) continue;
        expect(fact, item.quantity > 0, "no unit of a category was held");
        expect(fact, item.unit_price == stock->category.price, "a unit had another price");
        stock->held += item.quantity;
        const bool fits = stock->held + stock->sold + held_back(truth, item.category, fact.at) <=
                          stock->category.total_stock;
        expect(fact, fits, "more units were held than the category has");
        total += item.quantity * static_cast<std::uint64_t>(item.unit_price);
    }
    return total;
}

void Audit::judge_limits(
    const Fact& fact,
    EventNumber event,
    UserNumber user,
    std::uint64_t in_reservation
) {
    const auto& spec = events_[event].event.spec;
    expect(
        fact,
        in_reservation > 0 && in_reservation <= spec.max_seats_per_reservation,
        "a reservation has more seats than allowed"
    );
    const auto of_user = tickets_of(event, user);
    expect(
        fact,
        !spec.max_seats_per_user || of_user <= *spec.max_seats_per_user ||
            of_user - tickets_run_out(event, fact.at, &user) <= *spec.max_seats_per_user,
        "a user has more seats than allowed"
    );
}

void Audit::judge_sale(const Fact& fact, const EventTruth& event) {
    const auto& spec = event.event.spec;
    expect(
        fact,
        !spec.sales_start_at || fact.at >= *spec.sales_start_at,
        "a seat was held before sales opened"
    );
    expect(fact, !event.event.cancelled, "a seat was held after its event was cancelled");
    expect(fact, event.event.sale == SaleAction::open, "a seat was held while sales were paused");
    const auto closes = spec.sales_end_at ? *spec.sales_end_at : spec.start_at;
    expect(fact, fact.at < closes, "a seat was held after sales closed");
}

template <>
void Audit::judge(const Fact& fact, const ReservationChanged& body) {
    if (auto* sold = confirmed(body.reservation)) return take_back(fact, body, *sold);
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at < hold->expires_at, "a hold was changed after it had run out");
    judge_no_open_payment(fact, body.reservation);
    close_order(body.reservation, fact.at);
    keep_first_claim(*hold);
    const auto tickets_before = hold->seats.size() + units_of(hold->items);
    auto amount = static_cast<std::uint64_t>(hold->total_amount);
    amount += change_seats(fact, body, *hold);
    amount += change_units(fact, body, *hold);
    expect(
        fact,
        amount == static_cast<std::uint64_t>(body.total_amount),
        "the amount isn't the sum of the prices"
    );
    hold->total_amount = body.total_amount;

    const auto tickets = hold->seats.size() + units_of(hold->items);
    expect(fact, tickets > 0, "a change gave back all of a reservation");
    count_tickets(hold->event, hold->user, static_cast<std::int64_t>(tickets - tickets_before));
    if (body.added_seats.empty() && body.added_items.empty()) return;
    judge_limits(fact, hold->event, hold->user, tickets);
    judge_sale(fact, events_[hold->event]);
    if (allocated_of(*hold, body.added_seats, body.added_items) > 0) judge_allocation(fact, *hold);
}

void Audit::keep_first_claim(HoldTruth& hold) {
    if (hold.first != nullptr) return;
    hold.first =
        std::make_unique<const ClaimTruth>(ClaimTruth{hold.seats, hold.items, hold.total_amount});
}

bool Audit::take_entry(Items& items, const Item& item) {
    const auto entry = entry_like(items, item);
    if (entry == items.end() || entry->quantity < item.quantity) return false;
    entry->quantity -= item.quantity;
    if (entry->quantity == 0) items.erase(entry);
    return true;
}

std::uint64_t
Audit::change_seats(const Fact& fact, const ReservationChanged& body, HoldTruth& hold) {
    std::uint64_t given_back = 0;
    for (const auto id : body.removed_seats) {
        const auto place = std::ranges::find(hold.seats, id);
        const bool has_it = place != hold.seats.end();
        expect(fact, has_it, "a seat was given back that the reservation didn't have");
        if (!has_it) continue;
        hold.seats.erase(place);
        auto& seat = seats_[id];
        expect(fact, !seat.is_sold, "a sold seat was freed");
        expect(
            fact, seat.is_held && seat.holder == body.reservation, "another buyer's seat was freed"
        );
        seat.is_held = false;
        given_back += static_cast<std::uint64_t>(seat.price);
    }
    const bool has_prices = !body.unit_prices.empty() || body.added_seats.empty();
    expect(fact, has_prices, "added seats have no price");
    judge_held_back(fact, hold, body.added_seats);
    const auto taken = take_seats(fact, body.reservation, body.added_seats, body.unit_prices);
    for (const auto id : body.added_seats)
        hold.seats.push_back(id);
    return taken - given_back;
}

std::uint64_t
Audit::change_units(const Fact& fact, const ReservationChanged& body, HoldTruth& hold) {
    auto& event = events_[hold.event];
    lapse_units(event, fact.at);
    free_units(hold, body.reservation);
    std::uint64_t given_back = 0;
    for (const auto& item : body.removed_items) {
        const bool has_them = take_entry(hold.items, item);
        expect(fact, has_them, "units were given back that the reservation didn't have");
        if (!has_them) continue;
        given_back += item.quantity * static_cast<std::uint64_t>(item.unit_price);
    }
    for (const auto& item : hold.items)
        if (auto* stock = stock_of(event, item.category)) stock->held += item.quantity;
    hold.allocated =
        allocated_of(hold, hold.seats, hold.items) + allocated_of(hold, {}, body.added_items);
    use_allocation(hold, true);
    const auto taken = take_units(fact, body.added_items);
    for (const auto& item : body.added_items) {
        const auto entry = entry_like(hold.items, item);
        if (entry != hold.items.end())
            entry->quantity += item.quantity;
        else
            hold.items.push_back(item);
    }
    if (counts_units(hold)) event.unit_holds.emplace(hold.expires_at, body.reservation);
    return taken - given_back;
}

}  // namespace frontrow::domain
