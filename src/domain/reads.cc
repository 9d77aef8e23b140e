#include "domain/reads.h"

#include "domain/members.h"

#include <utility>

namespace frontrow::domain {

Read<std::optional<Event>> read_event(const Inventory& state, Instant, EventId id) {
    const auto* row = state.plans().find(id);
    return {row == nullptr ? std::nullopt : std::optional{row->event}, state.events_seq()};
}

Read<std::vector<Event>> read_events(const Inventory& state, Instant, Page page) {
    return {state.plans().list(page), state.events_seq()};
}

Read<std::optional<std::vector<Member>>>
read_members(const Inventory& state, Instant, EventId event, Organizer by) {
    const auto* row = state.plans().find(event);
    if (row == nullptr || !may_change(*row, by)) return {std::nullopt, state.events_seq()};
    return {row->members.get(), row->last_seq()};
}

Read<std::optional<SeatView>> read_seat(const Inventory& state, Instant now, SeatId id) {
    const auto place = state.plans().find_seat(id);
    if (!place) return {std::nullopt, state.events_seq()};
    return {state.seat_view(*place, now), state.plans()[place->event].last_seq()};
}

Read<std::optional<SeatList>>
read_seats(const Inventory& state, Instant now, EventId event, bool only_available, Page page) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {state.list_seats(*row, only_available, page, now), row->last_seq()};
}

Read<std::optional<std::vector<CategoryView>>>
read_categories(const Inventory& state, Instant now, EventId event) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {state.list_categories(*row, now), row->last_seq()};
}

Read<std::optional<std::vector<AllocationView>>>
read_allocations(const Inventory& state, Instant now, EventId event, Organizer by) {
    const auto* row = state.plans().find(event);
    if (row == nullptr || !may_change(*row, by)) return {std::nullopt, state.events_seq()};
    return {state.list_allocations(*row, now), row->last_seq()};
}

Read<std::optional<Availability>>
read_availability(const Inventory& state, Instant now, EventId event) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    Availability all{
        .seats = state.count_seats(*row, now), .categories = state.list_categories(*row, now)
    };
    return {std::move(all), row->last_seq()};
}

Read<std::optional<SeatCounts>> read_counts(const Inventory& state, Instant now, EventId event) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {state.count_seats(*row, now), row->last_seq()};
}

Read<std::optional<SectionList>> read_sections(
    const Inventory& state,
    Instant now,
    EventId event,
    std::shared_ptr<const SectionPlan> plan
) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {list_sections(state, *row, std::move(plan), now), row->last_seq()};
}

Read<std::optional<Reservation>>
read_reservation(const Inventory& state, Instant now, ReservationId id, std::string user) {
    const auto& reservations = state.reservations();
    const auto* row = reservations.find(id, now);
    if (row == nullptr || reservations.buyers().name(row->user) != user) return {};
    return {state.entity(*row, now), state.event_of(*row).last_seq()};
}

Read<std::vector<Reservation>>
read_reservations(const Inventory& state, Instant now, std::string user, Page page) {
    auto list = state.list_reservations(user, page, now);
    const auto rests_on = list.empty() ? 0 : state.last_seq();
    return {std::move(list), rests_on};
}

Read<std::vector<ApiKey>> read_api_keys(const Inventory& state, Instant, Page page) {
    return {state.api_keys().list(page), state.api_keys().last_seq()};
}

std::uint64_t last_seq_of(const Inventory& state, EventId event) {
    const auto* row = state.plans().find(event);
    return row == nullptr ? state.events_seq() : row->last_seq();
}

}  // namespace frontrow::domain
