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
#include "domain/allocation.h"
#include "domain/category.h"
#include "domain/event.h"
#include "domain/member.h"
#include "domain/page.h"
#include "domain/seat.h"
#include "domain/seat_chooser.h"

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

// Rows of the state refer to each other by index. An index has four bytes. Rows are numbered in the
// order of creation.
using EventIndex = std::uint32_t;
using SeatIndex = std::uint32_t;
using ReservationIndex = std::uint32_t;
/// A category's place among those of its event.
using CategoryIndex = std::uint32_t;
/// An allocation's place among those of its event, ended ones included.
using AllocationIndex = std::uint32_t;
using UserIndex = std::uint32_t;
inline constexpr std::uint32_t kNobody = StateIndex::kNone;

/// An entry of a heap: a row for which something becomes due, and when.
struct RowDue {
    Instant at;
    std::uint32_t row = 0;

    friend auto operator<=>(const RowDue&, const RowDue&) = default;
};
/// When an allocation's `until` comes.
struct AllocationEnd {
    Instant at;
    EventIndex event = 0;
    AllocationIndex allocation = 0;

    friend auto operator<=>(const AllocationEnd&, const AllocationEnd&) = default;
};
struct DueBy {
    Instant now;

    bool operator()(const RowDue& due) const { return due.at <= now; }
};

/// Units of a category that a reservation has, with the price of each when they were claimed.
struct ItemRow {
    CategoryIndex category = 0;
    std::uint32_t quantity = 0;
    Amount unit_price = 0;
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

/// The allocations of an event.
struct AllocationRows {
    AllocationRows(StateLog& log, EventIndex number);

    /// In the order in which they were added. Null once a fact has ended the allocation.
    StateVector<std::shared_ptr<const Allocation>> all;
    /// The tickets of each that are held or sold. Includes those whose hold has run out but hasn't
    /// lapsed, so it may exceed the allocation for a moment.
    StateVector<std::uint32_t, Digested::no> used;
    /// For each seat, the allocation in which it is, or kNobody. Shorter than the list of seats if
    /// the last seats are in none.
    StateVector<AllocationIndex, Digested::no> of_seats;
    StateIndex by_name;
    StateMap<Bits128, AllocationIndex> by_code;
    /// The part of `used` that each user has.
    StateMap<std::pair<AllocationIndex, UserIndex>, std::uint32_t> used_by;
};

/// An event and its seats.
struct EventRow {
    EventRow(StateLog& log, EventIndex number, Event of = {});

    std::uint64_t last_seq() const { return last.get().seq; }
    Instant last_at() const { return last.get().at; }

    EventIndex index;
    /// Has only its id once it is deleted.
    Event event;
    /// A deleted event keeps only its own id, its seats' ids and its categories, because earlier
    /// reservations, which have ended, refer to them.
    bool deleted = false;
    /// `reserved` includes seats whose hold has run out but hasn't lapsed.
    StateValue<SeatCounts, Digested::no> counts;
    /// The number of seats whose hold has lapsed and wasn't ended by a fact.
    StateValue<std::uint32_t, Digested::no> lapsed;
    /// How many reservations refer to the event, ended ones included. A deleted event's row is
    /// erased after the last of them.
    StateValue<std::uint32_t, Digested::no> reservations;
    /// A part of its own, so that a sale doesn't hash the row's texts again.
    StateValue<LastFact> last;
    StateVector<std::shared_ptr<const SeatBlock>> blocks;
    /// The start of each block.
    StateVector<BlockStart> block_starts;
    /// For each seat, the reservation that has it, or kNobody. Only facts change it: a hold that
    /// has run out is still listed.
    StateVector<ReservationIndex, Digested::no> holders;
    /// The status of each seat, consistent with `counts`. One byte each, so that scans and copies
    /// are fast.
    StateVector<SeatStatus, Digested::no> statuses;
    /// For each stretch of kStretch seats, the number of those whose status is available. A search
    /// for free seats skips stretches without any.
    StateVector<std::uint16_t, Digested::no> free_by_stretch;
    /// The seats by their names, which are unique.
    StateIndex numbers;
    /// In the order in which they were added. Few and seldom changed, so kept as one value.
    StateValue<std::vector<Member>> members;
    /// Likewise. Categories are never removed, except with the event.
    StateValue<std::vector<Category>> categories;
    /// What is held and sold of each category. `reserved` includes units whose hold has run out but
    /// hasn't lapsed, so it may exceed the stock for a moment.
    StateVector<StockCounts, Digested::no> stock;
    /// Chooses the best seats. Mutable because it is a cache, which a decision may fill.
    mutable SeatChooser chooser;
    AllocationRows allocations;
    /// The numbers of the facts that are acts (domain/acts.h), in order. No decision depends on
    /// them, so they aren't in the digest, and nodes of versions that don't keep them agree.
    StateVector<std::uint64_t, Digested::no> acts;
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
/// The first seat, starting at `seat`, whose status is available. With `looks_at_holds`, reserved
/// seats count too, because their holds may have run out. Returns the number of seats if there is
/// none.
SeatIndex next_candidate(const EventRow& event, SeatIndex seat, bool looks_at_holds);

/// The events and their seats, deleted ones included, and the holder of each seat. Seats are never
/// removed or changed, except with their event.
///
/// Refers to reservations by index only; their rows are in domain/reservations.h. Changed by
/// `evolve`, and by Reservations, which changes holders and statuses of seats. One thread.
class SeatPlans {
public:
    /// What a reservation claims of its event.
    struct Claim {
        std::span<const SeatIndex> seats;
        std::span<const ItemRow> items;
        /// The allocation from which its seats in an allocation and its units of the allocation's
        /// category come; kNobody if it has none.
        AllocationIndex allocation = kNobody;
        UserIndex user = 0;
    };

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
    /// Deletes an event. None of its seats may be held or sold. Drops its seats, texts and members
    /// at once.
    void remove(EventIndex index, Instant at);
    void add_block(EventIndex index, std::shared_ptr<const SeatBlock> block);
    /// CHECKs that the person is neither the creator nor a member with this role. A member with
    /// another role gets this one, and keeps the place in the list.
    void add_member(EventIndex index, Member member);
    /// CHECKs that the person is a member.
    void remove_member(EventIndex index, std::string_view sub);
    void add_category(EventIndex index, Category category);
    /// Replaces the category with this name, which must exist.
    void change_category(EventIndex index, Category category);
    /// Holds back the allocation's seats, which must be free and in no allocation, or its units.
    void add_allocation(EventIndex index, Allocation allocation);
    void change_allocation(EventIndex index, AllocationIndex of, const AllocationChange& change);
    /// Puts what is still held back on general sale.
    void end_allocation(EventIndex index, AllocationIndex of);
    /// Calls `take` with each allocation whose `until` has come and which no fact has ended,
    /// soonest first, until `take` returns false.
    template <class Take>
    void visit_due_allocations(Instant now, Take take) const {
        for (const auto& [end, nothing] : allocation_ends_.entries())
            if (end.at > now || !take(end)) return;
    }
    /// The same for one event. `take` gets the allocation's index and returns nothing.
    template <class Take>
    void visit_due_allocations(const EventRow& event, Instant now, Take take) const {
        if (event.allocations.all.empty()) return;
        visit_due_allocations(now, [&](const AllocationEnd& end) {
            if (end.event == event.index) take(end.allocation);
            return true;
        });
    }
    bool has_due_allocations(Instant now) const {
        const auto& ends = allocation_ends_.entries();
        return !ends.empty() && ends.begin()->first.at <= now;
    }
    void note_fact(EventIndex index, LastFact fact) { events_.parts_of(index).last.set(fact); }
    /// The fact with this number is an act.
    void note_act(EventIndex index, std::uint64_t seq) {
        events_.parts_of(index).acts.push_back(seq);
    }

    void count_reservation(EventIndex event) { ++events_.parts_of(event).reservations.change(); }
    /// Call it only while no savepoint is open.
    void forget_reservation(EventIndex event) { --events_.parts_of(event).reservations.change(); }
    /// True if an event was deleted so long ago that no cursor points to it, and no reservation
    /// refers to it.
    bool has_forgettable(Instant now) const;
    /// Erases up to `at_most` of those events, in the order of their deletion. Call it only
    /// while no savepoint is open.
    void forget(Instant now, std::size_t at_most);

    // What a reservation does with its claim.

    /// Free seats and units, and held-back ones of the claim's allocation, become reserved or
    /// confirmed.
    void take(EventIndex event, const Claim& claim, ReservationIndex by, SeatStatus status);
    /// Held seats and units become confirmed.
    void sell(EventIndex event, const Claim& claim);
    /// Counts held seats and units as free. The seats still belong to the reservation until a fact
    /// ends the hold.
    void lapse(EventIndex event, const Claim& claim);
    /// Gives the seats of a lapsed hold back.
    void free(EventIndex event, const Claim& claim, ReservationIndex by);
    /// Confirmed seats and units become free, or are held back by their allocation again.
    void take_back(EventIndex event, const Claim& claim, ReservationIndex by);

    /// Recounts everything, looks up every row in the way decisions do, and CHECKs the results.
    void verify() const;

    // For saving and loading rows (domain/inventory_image.h).

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

    /// Adds an event that is already stored to the look-up tables, without its seats.
    void enter(EventRow& row);
    /// Adds the seats of a block to the look-up tables, and to the row as free seats. The row's
    /// `blocks` must contain the block already.
    void enter_block(EventRow& row, const SeatBlock& block);
    /// The only code that changes a seat's status.
    static void set_status(EventRow& row, SeatIndex seat, SeatStatus status);
    /// Counts what the claim uses of its allocation, or no longer uses.
    static void use_allocation(EventRow& row, const Claim& claim, bool is_taken);
    /// Adds an allocation that is already stored to the look-up tables, and holds back its seats
    /// or units.
    void enter_allocation(EventRow& row, AllocationIndex of);
    /// Undoes that.
    void leave_allocation(EventRow& row, AllocationIndex of);
    void verify_blocks(const EventRow& row) const;

    StateLog& log_;
    StateTable<EventRow> events_{log_, "events"};
    StateIndex by_id_{log_};
    StateMap<SeatId, BlockPlace> blocks_by_id_{log_};
    /// Key: (start, index) of each event that isn't deleted.
    StateMap<std::pair<Instant, EventIndex>, std::monostate> by_start_{log_};
    /// The deleted events, with the times at which they were deleted.
    StateHeap<RowDue> deleted_{log_};
    /// The allocations with an `until` that no fact has ended.
    StateMap<AllocationEnd, std::monostate> allocation_ends_{log_};
};

}  // namespace frontrow::domain
