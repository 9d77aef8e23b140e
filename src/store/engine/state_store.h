#pragma once

#include "domain/inventory.h"
#include "io/awaitable.h"
#include "store/engine/journal_feed.h"
#include "store/engine/shared_answers.h"
#include "store/seat_maps.h"
#include "store/store.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace frontrow::store::engine {

/// A store that holds the whole state in memory. It implements all reads of Store, for every
/// kind of journal. Each read computes its answer from the state at one instant, on the owner's
/// thread, and waits until the facts it depends on are durable. A derived store decides when the
/// state may be read and when an answer may be told.
class StateStore : public Store {
public:
    bool is_member_organizer(EventId event, std::string_view sub) const override;
    Awaitable<Result<std::optional<domain::SeatList>, io::Fault>>
    list_seats(EventId event, bool only_available, Page page) override;
    Awaitable<Result<std::optional<SeatMaps::Map>, io::Fault>> seat_map(EventId event) override;
    const domain::ApiKey* find_api_key(const domain::ApiKeyDigest& digest) const override;
    Feed& feed() override { return feed_; }
    void measure(telemetry::Figures& figures) override;

    const domain::Inventory& inventory() const { return *state_; }

protected:
    /// `on_unread`: as for JournalFeed.
    StateStore(
        io::Executor owner,
        std::unique_ptr<domain::Inventory> state,
        std::function<void(const io::Fault&)> on_unread
    );

    const io::Executor& owner() const { return owner_; }
    domain::Inventory& state() { return *state_; }
    /// The feed, to which the derived store adds each batch.
    JournalFeed& journal_feed() { return feed_; }
    /// Replaces the state; call it before the first read.
    void begin_with(std::unique_ptr<domain::Inventory> state) { state_ = std::move(state); }

    // What a derived store defines about its reads.

    /// If false, until_readable() is awaited before each read.
    virtual bool is_always_readable() const = 0;
    /// Returns when the state may be read; the caller must read it before it suspends. Faults:
    /// unavailable.
    virtual Awaitable<std::optional<io::Fault>> until_readable() = 0;
    /// Returns once everything up to `seq` is durable. Faults: outcome_unknown.
    virtual Awaitable<std::optional<io::Fault>> until_tellable(std::uint64_t seq) = 0;
    /// True if this fact is in a batch that more facts may still join.
    virtual bool is_forming(std::uint64_t seq) const = 0;
    /// Lapses a bounded number of expired holds in the state. Returns false if more must lapse
    /// before a read. If it returns true, some may still be left.
    virtual bool lapse_some(Instant now) = 0;

    /// Computes the shared answers. Call before the forming batch becomes the one being written.
    void answer_shared(Instant now);
    /// Drops the map of a deleted event.
    void forget_seat_map(EventId event) { seat_maps_.forget(event); }

private:
    /// A request for seats that doesn't name a seat to continue after. When a sale opens, everybody
    /// makes such a request for the first seats.
    struct FirstSeats {
        EventId event;
        bool only_available = false;
        std::size_t limit = 0;
        std::size_t offset = 0;

        friend auto operator<=>(const FirstSeats&, const FirstSeats&) = default;
    };

    Awaitable<std::optional<io::Fault>> look(Look look) override;
    // Each lapses expired holds in the state with lapse_some(), and returns the instant of the
    // read. The read then checks one by one the expired holds that haven't lapsed. An engine has
    // none of them left. A cluster's store has those beyond lapse_some()'s bound, and those that
    // expired after the last batch's time.
    //
    // lapsed_later() waits until no more must lapse. lapsed_at_once() never waits: it returns
    // nothing if the store isn't always readable or if more must lapse.
    std::optional<Instant> lapsed_at_once();
    Awaitable<Result<Instant, io::Fault>> lapsed_later();
    domain::Read<std::optional<SeatMaps::Map>> read_seat_map(EventId event, Instant now);

    io::Executor owner_;
    std::unique_ptr<domain::Inventory> state_;
    JournalFeed feed_;
    SeatMaps seat_maps_;
    // For events that the forming batch changes. It may change them a hundred times more, so one
    // answer is computed at its end; readers must wait until it is written anyway.
    SharedAnswers<EventId, SeatMaps::Map> shared_seat_maps_;
    SharedAnswers<FirstSeats, domain::SeatList> shared_seats_;
};

}  // namespace frontrow::store::engine
