#include "store/engine/reads.h"

#include "domain/members.h"

#include <utility>

namespace frontrow::store::engine {

using domain::Inventory;
using domain::Page;

Read<std::optional<domain::Event>> read_event(const Inventory& state, EventId id) {
    const auto* row = state.plans().find(id);
    return {row == nullptr ? std::nullopt : std::optional{row->event}, state.events_seq()};
}

Read<std::vector<domain::Event>> read_events(const Inventory& state, const Page& page) {
    return {state.plans().list(page), state.events_seq()};
}

Read<std::optional<std::vector<domain::Member>>>
read_members(const Inventory& state, EventId event, const domain::Organizer& by) {
    const auto* row = state.plans().find(event);
    if (row == nullptr || !may_change(*row, by)) return {std::nullopt, state.events_seq()};
    return {row->members.get(), row->last_seq()};
}

Read<std::optional<domain::SeatView>> read_seat(const Inventory& state, SeatId id, Instant now) {
    const auto place = state.plans().find_seat(id);
    if (!place) return {std::nullopt, state.events_seq()};
    return {state.seat_view(*place, now), state.plans()[place->event].last_seq()};
}

Read<std::optional<domain::SeatList>> read_seats(
    const Inventory& state,
    EventId event,
    bool only_available,
    const Page& page,
    Instant now
) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {state.list_seats(*row, only_available, page, now), row->last_seq()};
}

Read<std::optional<domain::SeatCounts>>
read_counts(const Inventory& state, EventId event, Instant now) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {state.count_seats(*row, now), row->last_seq()};
}

Read<std::optional<domain::Reservation>>
read_reservation(const Inventory& state, ReservationId id, std::string_view user, Instant now) {
    const auto& reservations = state.reservations();
    const auto* row = reservations.find(id, now);
    if (row == nullptr || reservations.buyers().name(row->user) != user) return {};
    return {state.entity(*row, now), state.event_of(*row).last_seq()};
}

Read<std::vector<domain::Reservation>>
read_reservations(const Inventory& state, std::string_view user, const Page& page, Instant now) {
    auto list = state.list_reservations(user, page, now);
    const auto rests_on = list.empty() ? 0 : state.last_seq();
    return {std::move(list), rests_on};
}

Read<std::vector<domain::ApiKey>> read_api_keys(const Inventory& state, const Page& page) {
    return {state.api_keys().list(page), state.api_keys().last_seq()};
}

std::uint64_t last_seq_of(const Inventory& state, EventId event) {
    const auto* row = state.plans().find(event);
    return row == nullptr ? state.events_seq() : row->last_seq();
}

}  // namespace frontrow::store::engine
