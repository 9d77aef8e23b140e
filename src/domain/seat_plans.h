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

/// When something becomes due for a row: an entry of a heap.
struct RowDue {
    Instant at;
    std::uint32_t row = 0;

    friend auto operator<=>(const RowDue&, const RowDue&) = default;
};
struct DueBy {
    Instant now;

    bool operator()(const RowDue& due) const { return due.at <= now; }
};

/// Where a block's seats begin in their event.
struct BlockStart {
    SeatId first_id;
    SeatIndex first = 0;
};

/// The newest fact about an event, its seats or its reservations, and when that was.
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
    /// Without its spec once it was deleted.
    Event event;
    /// Of its seats only the ids are left then: reservations that ended before name them.
    bool deleted = false;
    /// `reserved` still counts holds that have run out, but for those that have lapsed.
    StateValue<SeatCounts, Digested::no> counts;
    /// Seats whose hold has lapsed and is still pending by the facts.
    StateValue<std::uint32_t, Digested::no> lapsed;
    /// How many name it, ended ones among them: a deleted event leaves with the last.
    StateValue<std::uint32_t, Digested::no> reservations;
    /// Apart from the row, whose texts aren't hashed anew with every sale.
    StateValue<LastFact> last;
    StateVector<std::shared_ptr<const SeatBlock>> blocks;
    /// By block.
    StateVector<BlockStart> block_starts;
    /// By seat, and by facts alone: the reservation that has it, or kNobody.
    StateVector<ReservationIndex, Digested::no> holders;
    /// By seat, as `counts` has them: a byte each, to be gone through and copied quickly.
    StateVector<SeatStatus, Digested::no> statuses;
    /// How many are free of the first kStretch seats, of the next, and so on, by `statuses`: a
    /// search for free ones passes over what is sold.
    StateVector<std::uint16_t, Digested::no> free_by_stretch;
    /// The seats by their names, which are unique.
    StateIndex numbers;
    /// In the order in which they were added. Few, and they change seldom: as a whole.
    StateValue<std::vector<Member>> members;
};

inline constexpr std::size_t kStretch = 1024;

struct SeatPlace {
    EventIndex event = 0;
    SeatIndex seat = 0;
};

// Of a row's seats.

SeatId seat_id(const EventRow& event, SeatIndex seat);
const SeatSpec& seat_spec(const EventRow& event, SeatIndex seat);
/// Whether a seat of the event has this name.
bool has_seat_named(const EventRow& event, std::string_view number);
/// Which block it is in.
std::size_t block_of(const EventRow& event, SeatIndex seat);
/// The next seat from here on that is free by the facts, or of a hold if `looks_at_holds`: it may
/// have run out. The seats' number where there is none.
SeatIndex next_candidate(const EventRow& event, SeatIndex seat, bool looks_at_holds);

/// The events and their seats, deleted ones among them, and who has which seat. Seats never go and
/// never change, but with their event.
///
/// It knows reservations by index alone: whose a seat is, and since when, is theirs to say
/// (domain/reservations.h). Evolve alone changes it, and the reservations, which change seats. One
/// thread.
class SeatPlans {
public:
    using Seats = std::span<const SeatIndex>;

    explicit SeatPlans(StateLog& log);
    SeatPlans(const SeatPlans&) = delete;
    SeatPlans& operator=(const SeatPlans&) = delete;
    ~SeatPlans();

    /// Calls `take` with each index and its row, in their order.
    template <class Take>
    void visit(Take take) const {
        events_.visit(take);
    }
    const EventRow& operator[](EventIndex index) const { return events_[index]; }
    /// kNobody for one that never was.
    EventIndex index_of(EventId id) const;
    /// Nothing for an event that never was or was deleted.
    const EventRow* find(EventId id) const;
    std::optional<SeatPlace> find_seat(SeatId id) const;
    /// How many there are that weren't deleted.
    std::size_t size() const { return by_start_.entries().size(); }
    /// Latest start first.
    std::vector<Event> list(const Page& page) const;
    /// Up to `limit` events that haven't started, those first in which something happened last.
    std::vector<EventId> newest(std::size_t limit, Instant now) const;
    /// What a page of an event's seats is taken from: the seats from here on.
    SeatIndex seats_from(const EventRow& event, const Page& page) const;

    EventIndex add(Event event);
    /// Puts another in the place of one that has its id.
    void update(EventIndex index, Event event);
    /// Nothing of it is held or sold. Its seats, texts and members go at once.
    void remove(EventIndex index, Instant at);
    void add_block(EventIndex index, std::shared_ptr<const SeatBlock> block);
    /// CHECKs that it's neither the creator nor a member with this role. One who had another keeps
    /// the place.
    void add_member(EventIndex index, Member member);
    /// CHECKs that it is one.
    void remove_member(EventIndex index, std::string_view sub);
    void note_fact(EventIndex index, LastFact fact) { events_.parts_of(index).last.set(fact); }

    void count_reservation(EventIndex event) { ++events_.parts_of(event).reservations.change(); }
    /// At a boundary.
    void forget_reservation(EventIndex event) { --events_.parts_of(event).reservations.change(); }
    /// An event was deleted so long ago that no cursor points to it, and no reservation names it.
    bool has_forgettable(Instant now) const;
    /// Lets those go, the longest deleted first, `at_most` of them. At a boundary.
    void forget(Instant now, std::size_t at_most);

    // What a reservation does with its seats.

    /// Free ones: they become reserved, or confirmed.
    void take(EventIndex event, Seats seats, ReservationIndex by, SeatStatus status);
    /// Held ones.
    void sell(EventIndex event, Seats seats);
    /// Counts held ones as free, though they are still the reservation's by the facts.
    void lapse(EventIndex event, Seats seats);
    /// Held ones, or lapsed.
    void free(EventIndex event, Seats seats, ReservationIndex by);
    /// Held by the facts, and counted as free.
    bool has_lapsed(EventIndex event, Seats held) const {
        return events_[event].statuses[held.front()] == SeatStatus::available;
    }

    /// Counts all of it anew, and looks for every row where decisions look for it.
    void verify() const;

    // For a loader (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& plans);
    /// What follows from the rows: the tables, and seats that are all free.
    void derive();

private:
    struct BlockPlace {
        EventIndex event = 0;
        SeatIndex first = 0;
        std::uint32_t count = 0;
    };

    /// What the tables say of an event that stands in its place, but for its seats.
    void enter(EventRow& row);
    /// A block that the row has already.
    void enter_block(EventRow& row, const SeatBlock& block);
    void verify_blocks(const EventRow& row) const;

    StateLog& log_;
    StateTable<EventRow> events_{log_, "events"};
    StateIndex by_id_{log_};
    StateMap<SeatId, BlockPlace> blocks_by_id_{log_};
    /// (start, index) of the events that weren't deleted.
    StateMap<std::pair<Instant, EventIndex>, std::monostate> by_start_{log_};
    /// Those that were.
    StateHeap<RowDue> deleted_{log_};
};

}  // namespace frontrow::domain
