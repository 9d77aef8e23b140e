#include "store/engine/engine.h"

#include <boost/asio/post.hpp>

#include <limits>
#include <utility>

// The engine's reads. Each takes its answer at one instant, then waits until the facts that the
// answer rests on are durable. A hold that has run out by then is free without a fact: none is
// waited for.

namespace frontrow::store::engine {

using io::Fault;

namespace {

/// So many holds lapse in a turn of the loop, in about a millisecond: the 30 that 100,000 take
/// would be a pause for everybody else.
constexpr std::size_t kLapseChunk = 2'000;

}  // namespace

template <class Find>
auto Engine::tell(Find find) -> Awaitable<Result<decltype(find().value), Fault>> {
    auto read = find();
    if (auto fault = co_await until_tellable(read.rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return std::move(read.value);
}

Awaitable<Result<std::optional<domain::Event>, Fault>> Engine::find_event(EventId id) {
    return tell([this, id] { return read_event(inventory_, id); });
}

Awaitable<Result<std::vector<domain::Event>, Fault>> Engine::list_events(Page page) {
    return tell([this, page] { return read_events(inventory_, page); });
}

Awaitable<Result<std::optional<domain::SeatView>, Fault>> Engine::find_seat(SeatId id) {
    return tell([this, id] { return read_seat(inventory_, id, now()); });
}

Awaitable<Result<std::optional<domain::Reservation>, Fault>>
Engine::find_reservation(ReservationId id, std::string user) {
    return tell([this, id, user = std::move(user)] {
        return read_reservation(inventory_, id, user, now());
    });
}

Awaitable<Result<std::vector<domain::Reservation>, Fault>>
Engine::list_reservations(std::string user, Page page) {
    return tell([this, user = std::move(user), page] {
        return read_reservations(inventory_, user, page, now());
    });
}

Awaitable<Result<std::vector<domain::ApiKey>, Fault>> Engine::list_api_keys(Page page) {
    return tell([this, page] { return read_api_keys(inventory_, page); });
}

// What a crowd asks for while holds run out: it first lets them lapse.

Awaitable<Result<std::optional<domain::SeatList>, Fault>>
Engine::list_seats(EventId event, bool only_available, Page page) {
    auto at = now();
    if (!lapse_some(at)) at = co_await lapse_the_rest();
    const auto rests_on = last_seq_of(inventory_, event);
    if (commit_.is_forming(rests_on) && !page.after) {
        const auto coming = coming_seats_.to({event, only_available, page.limit, page.offset});
        if (auto fault = co_await until_tellable(rests_on))
            co_return std::unexpected(std::move(*fault));
        co_return *coming;
    }
    auto read = read_seats(inventory_, event, only_available, page, at);
    if (auto fault = co_await until_tellable(read.rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return std::move(read.value);
}

Awaitable<Result<std::optional<domain::SeatCounts>, Fault>> Engine::count_seats(EventId event) {
    auto at = now();
    if (!lapse_some(at)) at = co_await lapse_the_rest();
    const auto read = read_counts(inventory_, event, at);
    if (auto fault = co_await until_tellable(read.rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return read.value;
}

Awaitable<Result<std::optional<SeatMaps::Map>, Fault>> Engine::seat_map(EventId event) {
    auto at = now();
    if (!lapse_some(at)) at = co_await lapse_the_rest();
    const auto rests_on = last_seq_of(inventory_, event);
    if (commit_.is_forming(rests_on)) {
        const auto coming = coming_seat_maps_.to(event);
        if (auto fault = co_await until_tellable(rests_on))
            co_return std::unexpected(std::move(*fault));
        co_return *coming;
    }
    auto read = read_seat_map(event, at);
    if (auto fault = co_await until_tellable(read.rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return std::move(read.value);
}

/// A key that isn't durable yet is known to nobody, and one whose revocation isn't yet is refused
/// rather too early than too late.
const domain::ApiKey* Engine::find_api_key(const domain::ApiKeyDigest& digest) const {
    return inventory_.api_keys().find_live(digest);
}

ReservationCounts Engine::count_reservations() const {
    return {
        .pending = inventory_.pending_count() - inventory_.lapsed_count(),
        .confirmed = inventory_.confirmed_count(),
    };
}

Read<std::optional<SeatMaps::Map>> Engine::read_seat_map(EventId event, Instant now) {
    const auto* row = inventory_.find_event(event);
    if (row == nullptr) return {std::nullopt, inventory_.events_seq()};
    return {seat_maps_.at(inventory_, *row, now), row->last_seq()};
}

void Engine::answer_coming() {
    const auto at = now();
    // All of them, so that no question goes through them again.
    inventory_.lapse(at, std::numeric_limits<std::size_t>::max());
    coming_seat_maps_.make([&](EventId event) { return read_seat_map(event, at).value; });
    coming_seats_.make([&](const FirstSeats& first) {
        const Page page{.limit = first.limit, .offset = first.offset};
        return read_seats(inventory_, first.event, first.only_available, page, at).value;
    });
}

bool Engine::lapse_some(Instant at) {
    return inventory_.lapse(at, kLapseChunk);
}

/// Some in each turn of the loop. Faster than holds can end, so it comes to an end.
Awaitable<Instant> Engine::lapse_the_rest() {
    for (;;) {
        co_await boost::asio::post(ports_.owner, io::use_awaitable);
        const auto at = now();
        if (lapse_some(at)) co_return at;
    }
}

}  // namespace frontrow::store::engine
