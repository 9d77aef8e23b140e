#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/state_heap.h"
#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_map.h"
#include "base/state_table.h"
#include "base/state_value.h"
#include "base/state_vector.h"
#include "domain/event.h"
#include "domain/member.h"
#include "domain/page.h"
#include "domain/seat.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::domain {

// Rows of the state refer to each other by index, four bytes each, in the order of creation.
using EventIndex = std::uint32_t;
using SeatIndex = std::uint32_t;
using ReservationIndex = std::uint32_t;
inline constexpr std::uint32_t kNobody = StateIndex::kNone;

/// An entry of a heap: when something becomes due for a row.
struct RowDue {
    Instant at;
    std::uint32_t row = 0;

    friend auto operator<=>(const RowDue&, const RowDue&) = default;
};
struct DueBy {
    Instant now;

    bool operator()(const RowDue& due) const { return due.at <= now; }
};

/// Where a block's seats start within their event.
struct BlockStart {
    SeatId first_id;
    SeatIndex first = 0;
};

/// The newest fact about an event, its seats or its reservations, and its time.
struct LastFact {
    std::uint64_t seq = 0;
    Instant at{};
};

/// An event and its seats.
struct EventRow {
    EventRow(StateLog& log, EventIndex number, Event of = {});

    std::uint64_t last_seq() const { return last.get().seq; }
    Instant last_at() const { return last.get().at; }

    EventIndex index;
    /// Without its spec once it is deleted.
    Event event;
    /// After the deletion only the ids of its seats are left: earlier, ended reservations refer to
    /// them.
    bool deleted = false;
    /// `reserved` still counts holds that have run out, unless they have lapsed.
    StateValue<SeatCounts, Digested::no> counts;
    /// Seats whose hold has lapsed and is still pending by the facts.
    StateValue<std::uint32_t, Digested::no> lapsed;
    /// How many reservations refer to the event, ended ones included. A deleted event's row is
    /// erased after the last of them.
    StateValue<std::uint32_t, Digested::no> reservations;
    /// Apart from the row, so that the row's texts aren't hashed again with every sale.
    StateValue<LastFact> last;
    StateVector<std::shared_ptr<const SeatBlock>> blocks;
    /// By block.
    StateVector<BlockStart> block_starts;
    /// By seat, and by facts alone: the reservation that has the seat, or kNobody.
    StateVector<ReservationIndex, Digested::no> holders;
    /// By seat, consistent with `counts`. One byte each, so that scans and copies are fast.
    StateVector<SeatStatus, Digested::no> statuses;
    /// How many of the first kStretch seats, of the next, and so on, are free by `statuses`. A
    /// search for free seats skips sold stretches.
    StateVector<std::uint16_t, Digested::no> free_by_stretch;
    /// The seats by their names, which are unique.
    StateIndex numbers;
    /// In the order in which they were added. Few and seldom changed, so kept as one value.
    StateValue<std::vector<Member>> members;
};

inline constexpr std::size_t kStretch = 1024;

struct SeatPlace {
    EventIndex event = 0;
    SeatIndex seat = 0;
};

// The seats of an event.

SeatId seat_id(const EventRow& event, SeatIndex seat);
const SeatSpec& seat_spec(const EventRow& event, SeatIndex seat);
/// True if a seat of the event has this name.
bool has_seat_named(const EventRow& event, std::string_view number);
/// The block that contains the seat.
std::size_t block_of(const EventRow& event, SeatIndex seat);
/// The next seat from `seat` on that is free by the facts; with `looks_at_holds` also a held one,
/// because its hold may have run out. Returns the number of seats if there is none.
SeatIndex next_candidate(const EventRow& event, SeatIndex seat, bool looks_at_holds);

/// The events and their seats, deleted ones included, and the holder of each seat. Seats are never
/// removed or changed, except with their event.
///
/// Knows reservations by index only; who they belong to and since when is in domain/reservations.h.
/// Changed by `evolve` and by Reservations, which changes seats. One thread.
class SeatPlans {
public:
    using Seats = std::span<const SeatIndex>;

    explicit SeatPlans(StateLog& log);
    SeatPlans(const SeatPlans&) = delete;
    SeatPlans& operator=(const SeatPlans&) = delete;
    ~SeatPlans();

    /// Calls `take` with each index and its row, in order.
    template <class Take>
    void visit(Take take) const {
        events_.visit(take);
    }
    const EventRow& operator[](EventIndex index) const { return events_[index]; }
    /// kNobody if the event never existed.
    EventIndex index_of(EventId id) const;
    /// Null if the event never existed or was deleted.
    const EventRow* find(EventId id) const;
    std::optional<SeatPlace> find_seat(SeatId id) const;
    /// The number of events that aren't deleted.
    std::size_t size() const { return by_start_.entries().size(); }
    /// Latest start first.
    std::vector<Event> list(const Page& page) const;
    /// Up to `limit` events that haven't started, those with the most recent facts first.
    std::vector<EventId> newest(std::size_t limit, Instant now) const;
    /// The first seat of a page of an event's seats.
    SeatIndex seats_from(const EventRow& event, const Page& page) const;

    EventIndex add(Event event);
    /// Replaces the event, which must have the same id.
    void update(EventIndex index, Event event);
    /// No seat of it may be held or sold. Drops its seats, texts and members at once.
    void remove(EventIndex index, Instant at);
    void add_block(EventIndex index, std::shared_ptr<const SeatBlock> block);
    /// CHECKs that the person is neither the creator nor a member with this role. A member with
    /// another role keeps the place in the list.
    void add_member(EventIndex index, Member member);
    /// CHECKs that the person is a member.
    void remove_member(EventIndex index, std::string_view sub);
    void note_fact(EventIndex index, LastFact fact) { events_.parts_of(index).last.set(fact); }

    void count_reservation(EventIndex event) { ++events_.parts_of(event).reservations.change(); }
    /// At a boundary.
    void forget_reservation(EventIndex event) { --events_.parts_of(event).reservations.change(); }
    /// True if an event was deleted so long ago that no cursor points to it, and no reservation
    /// refers to it.
    bool has_forgettable(Instant now) const;
    /// Erases those events, longest deleted first, at most `at_most`. At a boundary.
    void forget(Instant now, std::size_t at_most);

    // What a reservation does with its seats.

    /// Free seats become reserved or confirmed.
    void take(EventIndex event, Seats seats, ReservationIndex by, SeatStatus status);
    /// Held seats become confirmed.
    void sell(EventIndex event, Seats seats);
    /// Counts held seats as free, though they still belong to the reservation by the facts.
    void lapse(EventIndex event, Seats seats);
    /// Frees seats that are held or lapsed.
    void free(EventIndex event, Seats seats, ReservationIndex by);
    /// True if the seats are held by the facts and counted as free.
    bool has_lapsed(EventIndex event, Seats held) const {
        return events_[event].statuses[held.front()] == SeatStatus::available;
    }

    /// Recounts everything, and looks up every row in the way decisions do.
    void verify() const;

    // For a loader (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& plans);
    /// Rebuilds what is derived from the rows: the look-up tables, and the seats, which all become
    /// free.
    void derive();

private:
    struct BlockPlace {
        EventIndex event = 0;
        SeatIndex first = 0;
        std::uint32_t count = 0;
    };

    /// Enters an event that is already stored into the look-up tables, without its seats.
    void enter(EventRow& row);
    /// The row must have the block already.
    void enter_block(EventRow& row, const SeatBlock& block);
    void verify_blocks(const EventRow& row) const;

    StateLog& log_;
    StateTable<EventRow> events_{log_, "events"};
    StateIndex by_id_{log_};
    StateMap<SeatId, BlockPlace> blocks_by_id_{log_};
    /// (start, index) of the events that aren't deleted.
    StateMap<std::pair<Instant, EventIndex>, std::monostate> by_start_{log_};
    /// The deleted events.
    StateHeap<RowDue> deleted_{log_};
};

}  // namespace frontrow::domain
