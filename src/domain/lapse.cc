#include "base/check.h"
#include "domain/digest_fields.h"
#include "domain/inventory.h"

#include <algorithm>

// How the figures of an inventory come to stand at an instant, ahead of the facts.

namespace frontrow::domain {

bool Inventory::lapse(Instant now, std::size_t at_most) {
    CHECK(!is_speculating());
    while (has_ended_holds(now)) {
        if (at_most-- == 0) return false;
        const auto index = hold_ends_.take_lowest().reservation;
        const auto& row = reservations_[index];
        free_seats(row);
        events_.parts_of(row.event).lapsed.change() += static_cast<std::uint32_t>(row.seats.size());
        ++totals_.change().lapsed;
        lapsed_.push_back(index);
        drop_dead_ends();
    }
    return true;
}

void Inventory::free_seats(const ReservationRow& row) {
    auto& event = events_.parts_of(row.event);
    for (const auto seat : row.seats)
        set_status(event, seat, SeatStatus::available);
    const auto seats = static_cast<std::uint32_t>(row.seats.size());
    event.counts.change().reserved -= seats;
    auto& of_user = user_sales_.change(row.user, &UserSales::seats);
    const auto entry = std::ranges::find(of_user, row.event, &SeatsInEvent::event);
    CHECK(entry != of_user.end() && entry->seats >= seats);
    entry->seats -= seats;
    if (entry->seats == 0) of_user.erase(entry);
}

void Inventory::drop_dead_ends() {
    if (is_speculating()) return;
    hold_ends_.drop_dead([this](const auto& end) { return is_live(end); });
    while (!lapsed_.empty() && !has_lapsed(reservations_[lapsed_.front()]))
        lapsed_.pop_front();
}

std::uint32_t Inventory::count_about_to_lapse(const EventRow& event, Instant now) const {
    std::size_t seats = 0;
    visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event == event.index) seats += row.seats.size();
    });
    return static_cast<std::uint32_t>(seats);
}

}  // namespace frontrow::domain
