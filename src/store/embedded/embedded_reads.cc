#include "store/embedded/embedded_store.h"

#include <boost/asio/post.hpp>

#include <limits>

// The reads. Each takes its answer at one instant, then waits until the facts that the answer rests
// on are durable. A hold that has run out by then is free without a fact: none is waited for.

namespace frontrow::store::embedded {

using io::Fault;

namespace {

/// So many holds lapse in a turn of the loop, in about a millisecond: the 30 that 100,000 take
/// would be a pause for everybody else.
constexpr std::size_t kLapseChunk = 2'000;

}  // namespace

Awaitable<Result<std::optional<domain::Event>, Fault>> EmbeddedStore::find_event(EventId id) {
    const auto* row = inventory_.find_event(id);
    auto event = row == nullptr ? std::nullopt : std::optional{row->event};
    if (auto fault = co_await until_tellable(inventory_.events_seq()))
        co_return std::unexpected(std::move(*fault));
    co_return event;
}

Awaitable<Result<std::vector<domain::Event>, Fault>> EmbeddedStore::list_events(Page page) {
    auto events = inventory_.list_events(page);
    if (auto fault = co_await until_tellable(inventory_.events_seq()))
        co_return std::unexpected(std::move(*fault));
    co_return events;
}

Awaitable<Result<std::optional<domain::SeatView>, Fault>> EmbeddedStore::find_seat(SeatId id) {
    const auto place = inventory_.find_seat(id);
    std::optional<domain::SeatView> seat;
    std::uint64_t rests_on = inventory_.events_seq();
    if (place) {
        seat = inventory_.seat_view(*place, now());
        rests_on = inventory_.event(place->event).last_seq;
    }
    if (auto fault = co_await until_tellable(rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return seat;
}

std::optional<domain::SeatList>
EmbeddedStore::list_at(Instant at, EventId event, bool only_available, const Page& page) const {
    const auto* row = inventory_.find_event(event);
    if (row == nullptr) return std::nullopt;
    return inventory_.list_seats(*row, only_available, page, at);
}

std::optional<SeatMaps::Map> EmbeddedStore::map_at(Instant at, EventId event) {
    const auto* row = inventory_.find_event(event);
    return row == nullptr ? std::nullopt : std::optional{seat_maps_.at(inventory_, *row, at)};
}

void EmbeddedStore::answer_coming() {
    const auto at = now();
    // All of them, so that no question goes through them again.
    inventory_.lapse(at, std::numeric_limits<std::size_t>::max());
    coming_seat_maps_.make([&](EventId event) { return map_at(at, event); });
    coming_seats_.make([&](const FirstSeats& first) {
        return list_at(
            at, first.event, first.only_available, {.limit = first.limit, .offset = first.offset}
        );
    });
}

bool EmbeddedStore::lapse_some(Instant at) {
    return inventory_.lapse(at, kLapseChunk);
}

/// Some in each turn of the loop. Faster than holds can end, so it comes to an end.
Awaitable<Instant> EmbeddedStore::lapse_the_rest() {
    for (;;) {
        co_await boost::asio::post(ports_.owner, io::use_awaitable);
        const auto at = now();
        if (lapse_some(at)) co_return at;
    }
}

/// What tells of this event as it is now rests on this.
std::uint64_t EmbeddedStore::last_seq_of(EventId event) const {
    const auto* row = inventory_.find_event(event);
    return row == nullptr ? inventory_.events_seq() : row->last_seq;
}

Awaitable<Result<std::optional<domain::SeatList>, Fault>>
EmbeddedStore::list_seats(EventId event, bool only_available, Page page) {
    auto at = now();
    if (!lapse_some(at)) at = co_await lapse_the_rest();
    const auto rests_on = last_seq_of(event);
    if (is_forming(rests_on) && !page.after) {
        const auto coming = coming_seats_.to({event, only_available, page.limit, page.offset});
        if (auto fault = co_await until_tellable(rests_on))
            co_return std::unexpected(std::move(*fault));
        co_return *coming;
    }
    auto list = list_at(at, event, only_available, page);
    if (auto fault = co_await until_tellable(rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return list;
}

Awaitable<Result<std::optional<domain::SeatCounts>, Fault>> EmbeddedStore::count_seats(EventId event
) {
    auto at = now();
    if (!lapse_some(at)) at = co_await lapse_the_rest();
    const auto* row = inventory_.find_event(event);
    std::optional<domain::SeatCounts> count;
    std::uint64_t rests_on = inventory_.events_seq();
    if (row != nullptr) {
        count = inventory_.count_seats(*row, at);
        rests_on = row->last_seq;
    }
    if (auto fault = co_await until_tellable(rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return count;
}

Awaitable<Result<std::optional<SeatMaps::Map>, Fault>> EmbeddedStore::seat_map(EventId event) {
    auto at = now();
    if (!lapse_some(at)) at = co_await lapse_the_rest();
    const auto rests_on = last_seq_of(event);
    if (is_forming(rests_on)) {
        const auto coming = coming_seat_maps_.to(event);
        if (auto fault = co_await until_tellable(rests_on))
            co_return std::unexpected(std::move(*fault));
        co_return *coming;
    }
    auto map = map_at(at, event);
    if (auto fault = co_await until_tellable(rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return map;
}

Awaitable<Result<std::optional<domain::Reservation>, Fault>>
EmbeddedStore::find_reservation(ReservationId id, std::string user) {
    const auto* row = inventory_.find_reservation(id);
    std::optional<domain::Reservation> reservation;
    std::uint64_t rests_on = 0;
    if (row != nullptr && inventory_.user(row->user) == user) {
        reservation = inventory_.entity(*row, now());
        rests_on = inventory_.event(row->event).last_seq;
    }
    if (auto fault = co_await until_tellable(rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return reservation;
}

Awaitable<Result<std::vector<domain::Reservation>, Fault>>
EmbeddedStore::list_reservations(std::string user, Page page) {
    auto list = inventory_.list_reservations(user, page, now());
    if (auto fault = co_await until_tellable(list.empty() ? 0 : inventory_.last_seq())) {
        co_return std::unexpected(std::move(*fault));
    }
    co_return list;
}

Awaitable<Result<std::vector<domain::ApiKey>, Fault>> EmbeddedStore::list_api_keys(Page page) {
    auto list = inventory_.api_keys().list(page);
    if (auto fault = co_await until_tellable(inventory_.api_keys().last_seq()))
        co_return std::unexpected(std::move(*fault));
    co_return list;
}

/// A key that isn't durable yet is known to nobody, and one whose revocation isn't yet is refused
/// rather too early than too late.
const domain::ApiKey* EmbeddedStore::find_api_key(const domain::ApiKeyDigest& digest) const {
    return inventory_.api_keys().find_live(digest);
}

ReservationCounts EmbeddedStore::count_reservations() const {
    return {
        .pending = inventory_.pending_count() - inventory_.lapsed_count(),
        .confirmed = inventory_.confirmed_count(),
    };
}

}  // namespace frontrow::store::embedded
