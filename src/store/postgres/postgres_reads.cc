#include "store/postgres/postgres_store.h"

// The reads: from the view, once it has what was committed before they were asked.

namespace frontrow::store::postgres {

using io::Fault;
using io::FaultKind;

Awaitable<Result<Instant, Fault>> PostgresStore::up_to_date() {
    if (!is_ready()) co_return std::unexpected(Fault{FaultKind::unavailable, "no database"});
    const auto at = co_await view_.catch_up();
    if (!at) co_return std::unexpected(Fault{FaultKind::unavailable, at.error().what});
    learn(*at);
    co_return last_told_;
}

Awaitable<Result<std::optional<domain::Event>, Fault>> PostgresStore::find_event(EventId id) {
    const auto at = co_await up_to_date();
    if (!at) co_return std::unexpected(at.error());
    const auto* row = view_.inventory().find_event(id);
    co_return row == nullptr ? std::nullopt : std::optional{row->event};
}

Awaitable<Result<std::vector<domain::Event>, Fault>> PostgresStore::list_events(Page page) {
    const auto at = co_await up_to_date();
    if (!at) co_return std::unexpected(at.error());
    co_return view_.inventory().list_events(page);
}

Awaitable<Result<std::optional<domain::SeatView>, Fault>> PostgresStore::find_seat(SeatId id) {
    const auto at = co_await up_to_date();
    if (!at) co_return std::unexpected(at.error());
    const auto place = view_.inventory().find_seat(id);
    co_return place ? std::optional{view_.inventory().seat_view(*place, *at)} : std::nullopt;
}

Awaitable<Result<std::optional<domain::SeatList>, Fault>>
PostgresStore::list_seats(EventId event, bool only_available, Page page) {
    const auto at = co_await up_to_date();
    if (!at) co_return std::unexpected(at.error());
    const auto* row = view_.inventory().find_event(event);
    if (row == nullptr) co_return std::nullopt;
    co_return view_.inventory().list_seats(*row, only_available, page, *at);
}

Awaitable<Result<std::optional<domain::SeatCounts>, Fault>> PostgresStore::count_seats(EventId event
) {
    const auto at = co_await up_to_date();
    if (!at) co_return std::unexpected(at.error());
    const auto* row = view_.inventory().find_event(event);
    if (row == nullptr) co_return std::nullopt;
    co_return view_.inventory().count_seats(*row, *at);
}

Awaitable<Result<std::optional<SeatMaps::Map>, Fault>> PostgresStore::seat_map(EventId event) {
    const auto at = co_await up_to_date();
    if (!at) co_return std::unexpected(at.error());
    const auto* row = view_.inventory().find_event(event);
    if (row == nullptr) co_return std::nullopt;
    co_return seat_maps_.at(view_.inventory(), *row, *at);
}

Awaitable<Result<std::optional<domain::Reservation>, Fault>>
PostgresStore::find_reservation(ReservationId id, std::string user) {
    const auto at = co_await up_to_date();
    if (!at) co_return std::unexpected(at.error());
    const auto* row = view_.inventory().find_reservation(id);
    if (row == nullptr || view_.inventory().user(row->user) != user) co_return std::nullopt;
    co_return view_.inventory().entity(*row, *at);
}

Awaitable<Result<std::vector<domain::Reservation>, Fault>>
PostgresStore::list_reservations(std::string user, Page page) {
    const auto at = co_await up_to_date();
    if (!at) co_return std::unexpected(at.error());
    co_return view_.inventory().list_reservations(user, page, *at);
}

Awaitable<Result<std::vector<domain::ApiKey>, Fault>> PostgresStore::list_api_keys(Page page) {
    const auto at = co_await up_to_date();
    if (!at) co_return std::unexpected(at.error());
    co_return view_.inventory().api_keys().list(page);
}

const domain::ApiKey* PostgresStore::find_api_key(const domain::ApiKeyDigest& digest) const {
    return view_.inventory().api_keys().find_live(digest);
}

ReservationCounts PostgresStore::count_reservations() const {
    std::size_t lapsed = 0;
    view_.inventory().visit_expired_holds(last_now_, [&](const auto&) { ++lapsed; });
    return {
        .pending = view_.inventory().pending_count() - lapsed,
        .confirmed = view_.inventory().confirmed_count(),
    };
}

}  // namespace frontrow::store::postgres
