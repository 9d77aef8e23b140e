#include "store/engine/state_store.h"

#include "domain/members.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace frontrow::store::engine {

using io::Fault;

StateStore::StateStore(
    io::Executor owner,
    std::unique_ptr<domain::Inventory> state,
    std::function<void(const Fault&)> on_unread
)
    : owner_{std::move(owner)},
      state_{std::move(state)},
      feed_{
          {.owner = owner_,
           .until_fresh = [this] { return until_readable(); },
           .on_unread = std::move(on_unread)}
      } {
}

Awaitable<std::optional<Fault>> StateStore::look(Look look) {
    auto at = lapsed_at_once();
    if (!at) {
        const auto later = co_await lapsed_later();
        if (!later) co_return later.error();
        at = *later;
    }
    co_return co_await until_tellable(look(*state_, *at));
}

// Called before the reads that a crowd makes while many holds expire. They lapse the holds, a
// bounded number per turn of the loop. Holds lapse faster than new ones can expire, so
// lapsed_later() returns.

std::optional<Instant> StateStore::lapsed_at_once() {
    if (!is_always_readable()) return std::nullopt;
    const auto at = now();
    return lapse_some(at) ? std::optional{at} : std::nullopt;
}

Awaitable<Result<Instant, Fault>> StateStore::lapsed_later() {
    for (;;) {
        if (!is_always_readable()) {
            if (auto fault = co_await until_readable())
                co_return std::unexpected(std::move(*fault));
        }
        const auto at = now();
        if (lapse_some(at)) co_return at;
        co_await boost::asio::post(owner_, io::use_awaitable);
    }
}

Awaitable<Result<std::optional<domain::SeatList>, Fault>>
StateStore::list_seats(EventId event, bool only_available, Page page) {
    auto at = lapsed_at_once();
    if (!at) {
        const auto later = co_await lapsed_later();
        if (!later) co_return std::unexpected(later.error());
        at = *later;
    }
    const auto rests_on = domain::last_seq_of(*state_, event);
    if (is_forming(rests_on) && !page.after) {
        const auto shared = shared_seats_.to({event, only_available, page.limit, page.offset});
        if (auto fault = co_await until_tellable(rests_on))
            co_return std::unexpected(std::move(*fault));
        co_return *shared;
    }
    auto read = domain::read_seats(*state_, *at, event, only_available, page);
    if (auto fault = co_await until_tellable(read.rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return std::move(read.value);
}

Awaitable<Result<std::optional<SeatMaps::Map>, Fault>> StateStore::seat_map(EventId event) {
    auto at = lapsed_at_once();
    if (!at) {
        const auto later = co_await lapsed_later();
        if (!later) co_return std::unexpected(later.error());
        at = *later;
    }
    const auto rests_on = domain::last_seq_of(*state_, event);
    if (is_forming(rests_on)) {
        const auto shared = shared_seat_maps_.to(event);
        if (auto fault = co_await until_tellable(rests_on))
            co_return std::unexpected(std::move(*fault));
        co_return *shared;
    }
    auto read = read_seat_map(event, *at);
    if (auto fault = co_await until_tellable(read.rests_on))
        co_return std::unexpected(std::move(*fault));
    co_return std::move(read.value);
}

/// No client knows a key whose creation isn't durable yet. A key whose revocation isn't durable yet
/// is already refused: better too early than too late.
const domain::ApiKey* StateStore::find_api_key(const domain::ApiKeyDigest& digest) const {
    return state_->api_keys().find_live(digest);
}

/// As for keys: no client was told of a membership that isn't durable yet, and a member whose
/// removal isn't durable yet is refused: better too early than too late.
bool StateStore::is_member_organizer(EventId event, std::string_view sub) const {
    const auto* row = state_->plans().find(event);
    return row != nullptr && domain::is_member_organizer(*row, sub);
}

void StateStore::measure(telemetry::Figures& figures) {
    const auto active = [&](const char* status, std::size_t count) {
        figures.gauge(
            "active_reservations",
            "Reservations that have seats now.",
            static_cast<double>(count),
            {{"status", status}}
        );
    };
    const auto& reservations = state_->reservations();
    active("pending", reservations.pending_count() - reservations.lapsed_count());
    active("confirmed", reservations.confirmed_count());
}

domain::Read<std::optional<SeatMaps::Map>> StateStore::read_seat_map(EventId event, Instant now) {
    const auto* row = state_->plans().find(event);
    if (row == nullptr) return {std::nullopt, state_->events_seq()};
    return {seat_maps_.at(*state_, *row, now), domain::last_seq_of(*state_, event)};
}

void StateStore::answer_shared(Instant now) {
    shared_seat_maps_.make([&](EventId event) { return read_seat_map(event, now).value; });
    shared_seats_.make([&](const FirstSeats& first) {
        const Page page{.limit = first.limit, .offset = first.offset};
        return domain::read_seats(*state_, now, first.event, first.only_available, page).value;
    });
}

}  // namespace frontrow::store::engine
