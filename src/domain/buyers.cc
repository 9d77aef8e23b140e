#include "domain/buyers.h"

#include "base/check.h"

#include <algorithm>
#include <cstddef>

namespace frontrow::domain {
namespace {

/// The event's position in the user's list, or the list's length if the event isn't there.
std::size_t place_of(const Buyers::Sales& sales, EventIndex event) {
    const auto entry = std::ranges::find(sales.tickets, event, &Buyers::TicketsInEvent::event);
    return static_cast<std::size_t>(entry - sales.tickets.begin());
}

}  // namespace

Buyers::Buyers(StateLog& log)
    : log_{log}, users_{log, "users"}, sales_{log, "user_sales"}, by_sub_{log} {
}

Buyers::~Buyers() = default;

std::uint32_t Buyers::Sales::tickets_in(EventIndex event) const {
    const auto place = place_of(*this, event);
    return place == tickets.size() ? 0 : tickets[place].tickets;
}

UserIndex Buyers::find(std::string_view sub) const {
    return by_sub_.find(sub, [&](auto index) { return users_[index] == sub; });
}

UserIndex Buyers::find_or_add(const std::string& sub) {
    if (const auto known = find(sub); known != kNobody) return known;
    const auto index = users_.add(sub);
    sales_.add();
    by_sub_.insert(std::string_view{sub}, index);
    return index;
}

void Buyers::add_reservation(UserIndex user, ReservationIndex reservation) {
    sales_.append(user, &Sales::reservations, reservation);
}

void Buyers::forget(UserIndex user) {
    by_sub_.erase(std::string_view{users_[user]}, user);
    users_.erase(user);
    sales_.erase(user);
}

void Buyers::add_tickets(UserIndex user, EventIndex event, std::uint32_t tickets) {
    const auto place = place_of(sales_[user], event);
    if (place == sales_[user].tickets.size())
        sales_.append(user, &Sales::tickets, TicketsInEvent{event, tickets});
    else
        sales_.change(user, &Sales::tickets, place).tickets += tickets;
}

void Buyers::take_tickets(UserIndex user, EventIndex event, std::uint32_t tickets) {
    auto& of_user = sales_.change(user, &Sales::tickets);
    const auto entry = std::ranges::find(of_user, event, &TicketsInEvent::event);
    CHECK(entry != of_user.end() && entry->tickets >= tickets);
    entry->tickets -= tickets;
    if (entry->tickets == 0) of_user.erase(entry);
}

void Buyers::derive() {
    by_sub_.reserve(users_.size());
    users_.visit(
        [this](const std::string& soon) { prefetch(soon); },
        [this](UserIndex index, const std::string& sub) {
            by_sub_.insert(std::string_view{sub}, index);
            sales_.skip_to(index);
            sales_.add();
        }
    );
    sales_.skip_to(users_.end());
}

}  // namespace frontrow::domain
