#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/small_vector.h"
#include "base/state_heap.h"
#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_table.h"
#include "base/state_value.h"
#include "domain/buyers.h"
#include "domain/requests.h"
#include "domain/reservation.h"
#include "domain/seat_plans.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// A reservation's claim as it was made, before it was changed.
struct FirstClaim {
    SmallVector<SeatIndex, 2> seats;
    std::vector<ItemRow> items;
    Amount total_amount = 0;
};

/// What few reservations have, so that the rows of the others are smaller.
struct ReservationMore {
    std::vector<ItemRow> items;
    /// Present once the reservation was changed.
    std::optional<FirstClaim> first;
    /// The allocation whose code opened some of it. It may have ended since.
    std::optional<AllocationIndex> allocation;
};

struct ReservationRow {
    ReservationId id;
    EventIndex event = 0;
    UserIndex user = 0;
    /// Digest of the user's name, which is hashed into the state's digest in place of `user`. A
    /// returning user gets another index, and when that happens differs between copies.
    std::uint64_t user_digest = 0;
    SmallVector<SeatIndex, 2> seats;
    ReservationStatus status = ReservationStatus::pending;
    /// The event's currency when the reservation was made. The event may get another currency once
    /// none of its seats is held or sold.
    Currency currency;
    RequestIndex request = 0;
    std::int64_t hold_ms = 0;
    Amount total_amount = 0;
    Instant created_at;
    Instant expires_at;
    /// When it was last confirmed or cancelled.
    Instant settled_at;
    /// Null for a reservation of seats alone that used no allocation and was never changed.
    std::shared_ptr<const ReservationMore> more;
};

inline std::span<const ItemRow> items_of(const ReservationRow& row) {
    return row.more == nullptr ? std::span<const ItemRow>{} : row.more->items;
}
/// kNobody if no allocation's code opened any of it.
inline AllocationIndex allocation_of(const ReservationRow& row) {
    return row.more == nullptr ? kNobody : row.more->allocation.value_or(kNobody);
}
/// Null unless the reservation was changed.
inline const FirstClaim* first_claim_of(const ReservationRow& row) {
    return row.more == nullptr || !row.more->first ? nullptr : &*row.more->first;
}

inline SeatPlans::Claim claim_of(const ReservationRow& row) {
    return {
        .seats = row.seats,
        .items = items_of(row),
        .allocation = allocation_of(row),
        .user = row.user,
    };
}

/// What a change adds to a reservation and what it gives back.
struct ClaimChange {
    std::vector<SeatIndex> added_seats;
    std::vector<SeatIndex> removed_seats;
    std::vector<ItemRow> added_items;
    std::vector<ItemRow> removed_items;
    /// Of the changed reservation.
    Amount total_amount = 0;
};

/// The number of tickets that the buyer gets: one for each seat and unit.
inline std::uint32_t ticket_count(const ReservationRow& row) {
    return static_cast<std::uint32_t>(row.seats.size() + units_of(items_of(row)));
}

inline ReservationStatus status_of(const ReservationRow& row, Instant now) {
    return row.status == ReservationStatus::pending && row.expires_at <= now
               ? ReservationStatus::expired
               : row.status;
}

/// When a reservation was cancelled or its hold ran out.
inline Instant ended_at(const ReservationRow& row) {
    return row.status == ReservationStatus::cancelled ? row.settled_at : row.expires_at;
}

/// True if the reservation was cancelled or ran out so long ago that it is no longer shown, whether
/// or not its row still exists.
inline bool has_left(const ReservationRow& row, Instant now) {
    switch (status_of(row, now)) {
        case ReservationStatus::pending:
        case ReservationStatus::confirmed:
            return false;
        case ReservationStatus::cancelled:
        case ReservationStatus::expired:
            return ended_at(row) + kEndedMemory <= now;
    }
}

/// All reservations. Only this class changes the holders and statuses of seats, and the buyers.
///
/// A hold ends when its time runs out, even before a fact records that, so every reader passes
/// `now`. Readers check such holds one by one. If there may be many, call lapse() first, which
/// counts their seats as free.
///
/// Changed by `evolve` only. One thread.
class Reservations {
public:
    Reservations(StateLog& log, SeatPlans& plans);
    Reservations(const Reservations&) = delete;
    Reservations& operator=(const Reservations&) = delete;
    ~Reservations();

    ReservationIndex end() const { return rows_.end(); }
    /// Calls `take` with each index and its row, in order.
    template <class Take>
    void visit(Take take) const {
        rows_.visit(take);
    }
    const ReservationRow& operator[](ReservationIndex index) const { return rows_[index]; }
    /// kNobody if there is none.
    ReservationIndex index_of(ReservationId id) const;
    /// Null if the reservation is no longer shown.
    const ReservationRow* find(ReservationId id, Instant now) const;
    bool has(ReservationIndex index) const { return rows_.has(index); }
    std::size_t size() const { return rows_.size(); }
    const Buyers& buyers() const { return buyers_; }
    /// Prefetches the memory that a reservation with these keys touches and that is probably not
    /// cached: all cache lines at once instead of one after the other.
    void prefetch(ReservationId id, std::string_view user) const;

    // Counts of rows by status. A hold that has run out is still pending here until a fact ends it.

    std::uint32_t pending_count() const { return totals_.get().pending; }
    /// How many of the pending ones have lapsed.
    std::uint32_t lapsed_count() const { return totals_.get().lapsed; }
    std::uint32_t confirmed_count() const { return totals_.get().confirmed; }

    // What is true at an instant.

    /// The number of the event's tickets that `user` has confirmed or still holds at `now`.
    std::uint32_t tickets_of(EventIndex event, std::string_view user, Instant now) const;
    /// The number of an allocation's tickets that are confirmed or still held at `now`.
    std::uint32_t count_used(const EventRow& event, AllocationIndex of, Instant now) const;
    /// The part of them that `user` has.
    std::uint32_t count_used_by(
        const EventRow& event,
        AllocationIndex of,
        std::string_view user,
        Instant now
    ) const;
    /// The number of the event's seats whose hold has run out, but which the event's counts still
    /// include as reserved, because lapse() hasn't processed the hold yet.
    std::uint32_t count_about_to_lapse(EventIndex event, Instant now) const;
    /// True if the reservation's hold has lapsed: no fact has ended it yet, but its seats already
    /// count as free. The seats of every other pending reservation count as reserved.
    bool has_lapsed(ReservationIndex index) const {
        const auto& row = rows_[index];
        return row.status == ReservationStatus::pending &&
               RowDue{row.expires_at, index} <= lapsed_until_;
    }
    /// True if some hold has run out and no fact has ended it. In a savepoint this may also be true
    /// if a fact has ended that hold.
    bool has_expired_holds(Instant now) const { return !lapsed_.empty() || has_ended_holds(now); }
    /// The same for holds that haven't lapsed.
    bool has_ended_holds(Instant now) const { return hold_ends_.has_due(DueBy{now}); }

    /// Calls `take` with each reservation whose hold has run out and wasn't ended by a fact.
    template <class Take>
    void visit_expired_holds(Instant now, Take take) const {
        for (const auto index : lapsed_)
            if (is_lapsed(index)) take(rows_[index]);
        visit_about_to_lapse(now, take);
    }
    /// The same, soonest end first, until `take` returns false. If facts end the holds in this
    /// order, each hold's entry is at the top of the heap then, and is dropped at once. In any
    /// other order, outdated entries would stay and slow down every visit until the last of these
    /// holds ends.
    template <class Take>
    void visit_soonest_expired(Instant now, Take take) const {
        for (const auto index : lapsed_)
            if (is_lapsed(index) && !take(rows_[index])) return;
        hold_ends_.visit_lowest(DueBy{now}, [&](const RowDue& end) {
            return !is_live(end) || take(rows_[end.row]);
        });
    }
    /// The same for holds that haven't lapsed.
    template <class Take>
    void visit_about_to_lapse(Instant now, Take take) const {
        hold_ends_.visit_due(DueBy{now}, [&](const RowDue& end) {
            if (is_live(end)) take(rows_[end.row]);
        });
    }
    /// Calls `take` with each reservation that is held at `now`, soonest end first, until it
    /// returns false.
    template <class Take>
    void visit_live_holds(Instant now, Take take) const {
        const auto any = [](const RowDue&) { return true; };
        hold_ends_.visit_lowest(any, [&](const RowDue& end) {
            return end.at <= now || !is_live(end) || take(rows_[end.row]);
        });
    }

    // Called to apply facts. After its hold has run out, a pending reservation can only expire.

    /// Adds a reservation of seats that are free. Sets the row's user to the index of `user`.
    void hold(ReservationRow row, const std::string& user);
    void confirm(ReservationIndex index, Instant at);
    void extend(ReservationIndex index, Instant expires_at, Instant at);
    /// Takes seats and units from a pending reservation and adds others to it. The added ones must
    /// be free. From a confirmed one, whose money has gone back, it only takes.
    void change(ReservationIndex index, const ClaimChange& change, Instant at);
    /// Ends a hold: as cancelled before it runs out, or as expired afterwards.
    void end_hold(ReservationIndex index, ReservationStatus status, Instant at);
    /// Confirms an expired reservation, all of whose seats and units must be free.
    void restore(ReservationIndex index, Instant at);
    /// Cancels a confirmed reservation, whose money has gone back.
    void take_back(ReservationIndex index, Instant at);

    /// Makes holds that have run out at `now` lapse: from then on, their seats count as free. Takes
    /// the holds in the order of their ends, at most `at_most`, and returns false if more are left.
    /// Needs no fact and makes none, so a node may do this by its own clock. Each hold is processed
    /// once, in logarithmic time; after that, nobody has to check its end to count free seats.
    /// Every later fact must be of `now` or later. Call it only while no savepoint is open, because
    /// lapsing isn't rolled back.
    bool lapse(Instant now, std::size_t at_most);
    /// Drops outdated entries from the front of `hold_ends_` and `lapsed_`. Call it after every
    /// change of a pending reservation and after each commit. Does nothing inside a savepoint,
    /// because a roll-back would make the entries valid again.
    void drop_dead_ends();

    /// True if some rows are no longer shown and can be erased.
    bool has_forgettable(Instant now) const { return ended_.has_due(DueBy{now - kEndedMemory}); }
    /// Erases up to `at_most` of those rows, in the order in which they ended. Call it
    /// only while no savepoint is open.
    void forget(Instant now, std::size_t at_most);

    /// Recomputes buyers, seats and counts from the rows and CHECKs them. Reads everything.
    void verify() const;

    // For saving and loading rows (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& reservations);
    /// Rebuilds what is derived from the rows, including the seats' holders and statuses. All seats
    /// must be free before.
    void derive();

private:
    /// Counted by the rows' status, so a lapsed reservation also counts as pending.
    struct Totals {
        std::uint32_t pending = 0;
        std::uint32_t lapsed = 0;
        std::uint32_t confirmed = 0;

        friend bool operator==(const Totals&, const Totals&) = default;
    };

    /// True if the entry is the present end of a pending reservation, and not outdated.
    bool is_live(const RowDue& end) const {
        if (!rows_.has(end.row)) return false;
        const auto& row = rows_[end.row];
        return row.status == ReservationStatus::pending && row.expires_at == end.at;
    }
    bool is_lapsed(ReservationIndex index) const { return rows_.has(index) && has_lapsed(index); }
    /// True if the entry is the end of an ended reservation, and not outdated.
    bool is_end(const RowDue& end) const;
    /// Updates look-up tables, seats and counts for a row that is already stored.
    void enter(ReservationIndex index);
    const ReservationRow& pending(ReservationIndex index) const;
    void change_claim(ReservationIndex index, const ClaimChange& change);
    using StockByCategory = std::map<std::pair<EventIndex, CategoryIndex>, StockCounts>;
    static void verify_used(const EventRow& row, AllocationIndex of, StockByCategory& stock);
    void verify_row(ReservationIndex index, const ReservationRow& row) const;
    void verify_buyers() const;
    void verify_ends(const Totals& totals) const;
    void verify_ended() const;

    StateLog& log_;
    SeatPlans& plans_;
    StateTable<ReservationRow> rows_;
    StateIndex by_id_;
    Buyers buyers_;
    /// The ends of the holds that haven't lapsed. When a hold is extended or ended early, its old
    /// entry stays until it reaches the top. Most holds of a sale have the same length, so their
    /// ends come in order and adding one takes one step.
    StateHeap<RowDue> hold_ends_;
    /// The lapsed holds, ordered by end time. When a fact ends a hold, its entry stays until it
    /// reaches the front. The undo log doesn't cover this queue, so it isn't changed inside a
    /// savepoint.
    std::deque<ReservationIndex> lapsed_;
    /// The last hold that has lapsed. Holds lapse in the order of their ends, and a new hold or
    /// extension ends later, so exactly the holds up to this one have lapsed.
    RowDue lapsed_until_{Instant::min(), 0};
    /// When each ended reservation was cancelled or ran out, for forget(). If a reservation is
    /// restored, its entry stays until it reaches the top.
    StateHeap<RowDue> ended_;
    StateValue<Totals, Digested::no> totals_;
};

}  // namespace frontrow::domain
