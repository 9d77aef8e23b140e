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
#include <string_view>

namespace frontrow::domain {

struct ReservationRow {
    ReservationId id;
    EventIndex event = 0;
    UserIndex user = 0;
    /// Of the user's name: who comes back after a while gets another index, and when depends on the
    /// copy.
    std::uint64_t user_digest = 0;
    SmallVector<SeatIndex, 2> seats;
    ReservationStatus status = ReservationStatus::pending;
    /// The event's when it was made: the event's may change once no seat is held or sold.
    Currency currency;
    RequestIndex request = 0;
    std::int64_t hold_ms = 0;
    Amount total_amount = 0;
    Instant created_at;
    Instant expires_at;
    /// When it was confirmed or cancelled.
    Instant settled_at;
};

inline ReservationStatus status_of(const ReservationRow& row, Instant now) {
    return row.status == ReservationStatus::pending && row.expires_at <= now
               ? ReservationStatus::expired
               : row.status;
}

/// Of one that was cancelled or has run out.
inline Instant ended_at(const ReservationRow& row) {
    return row.status == ReservationStatus::cancelled ? row.settled_at : row.expires_at;
}

/// Cancelled or run out so long ago that nobody is shown it any more, whether or not its row is
/// there still.
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

/// The reservations, and through them who has which seat: they alone change seats and buyers.
///
/// A hold that has run out is free at that instant, though no fact says so yet: every reader takes
/// `now`. Holds that have run out without a fact are few, or lapse() has counted them as free: a
/// reader that doesn't let them lapse first goes through all of them.
///
/// Evolve alone changes it. One thread.
class Reservations {
public:
    Reservations(StateLog& log, SeatPlans& plans);
    Reservations(const Reservations&) = delete;
    Reservations& operator=(const Reservations&) = delete;
    ~Reservations();

    ReservationIndex end() const { return rows_.end(); }
    /// Calls `take` with each index and its row, in their order.
    template <class Take>
    void visit(Take take) const {
        rows_.visit(take);
    }
    const ReservationRow& operator[](ReservationIndex index) const { return rows_[index]; }
    /// kNobody where there is none.
    ReservationIndex index_of(ReservationId id) const;
    /// Nothing for one that has left.
    const ReservationRow* find(ReservationId id, Instant now) const;
    bool has(ReservationIndex index) const { return rows_.has(index); }
    std::size_t size() const { return rows_.size(); }
    const Buyers& buyers() const { return buyers_; }
    /// Has the memory fetched that a reservation by these touches, which nobody has touched for
    /// long: all of it at once, and not one line after the other.
    void prefetch(ReservationId id, std::string_view user) const;

    // By facts alone.

    std::uint32_t pending_count() const { return totals_.get().pending; }
    /// How many of those have lapsed.
    std::uint32_t lapsed_count() const { return totals_.get().lapsed; }
    std::uint32_t confirmed_count() const { return totals_.get().confirmed; }

    // At an instant.

    /// Seats of one event that `user` has confirmed or in a live hold.
    std::uint32_t seats_of(EventIndex event, std::string_view user, Instant now) const;
    /// Seats of this event that its counts have as reserved and whose hold has run out.
    std::uint32_t count_about_to_lapse(EventIndex event, Instant now) const;
    /// Pending by the facts, and its seats are counted as free: those of any other pending one are
    /// reserved.
    bool has_lapsed(const ReservationRow& row) const {
        return row.status == ReservationStatus::pending && plans_.has_lapsed(row.event, row.seats);
    }
    /// Some hold has run out and no fact says so yet. In a savepoint perhaps one that a fact has
    /// ended since.
    bool has_expired_holds(Instant now) const { return !lapsed_.empty() || has_ended_holds(now); }
    /// The same, of those that haven't lapsed.
    bool has_ended_holds(Instant now) const { return hold_ends_.has_due(DueBy{now}); }

    /// Calls `take` with the reservations whose hold has run out and of which no fact says so yet.
    template <class Take>
    void visit_expired_holds(Instant now, Take take) const {
        for (const auto index : lapsed_)
            if (is_lapsed(index)) take(rows_[index]);
        visit_about_to_lapse(now, take);
    }
    /// The same, soonest end first, until `take` returns false. What a fact ends in this order
    /// comes to the top as it dies, and is gone at once; ended in another it would be in the way of
    /// every visit until the last.
    template <class Take>
    void visit_soonest_expired(Instant now, Take take) const {
        for (const auto index : lapsed_)
            if (is_lapsed(index) && !take(rows_[index])) return;
        hold_ends_.visit_lowest(DueBy{now}, [&](const RowDue& end) {
            return !is_live(end) || take(rows_[end.row]);
        });
    }
    /// The same, of those that haven't lapsed.
    template <class Take>
    void visit_about_to_lapse(Instant now, Take take) const {
        hold_ends_.visit_due(DueBy{now}, [&](const RowDue& end) {
            if (is_live(end)) take(rows_[end.row]);
        });
    }

    // What facts do. Only a pending one changes, and only in time.

    /// Of its seats, which are free; its user's index is found by `user`.
    void hold(ReservationRow row, const std::string& user);
    void confirm(ReservationIndex index, Instant at);
    void extend(ReservationIndex index, Instant expires_at, Instant at);
    /// Cancelled before its hold's end, or expired after it.
    void end_hold(ReservationIndex index, ReservationStatus status, Instant at);

    /// Counts the seats of holds that have run out at `now` as free from here on, soonest end
    /// first, `at_most` holds; false while more are left. No fact is needed for that and none is
    /// made. Each hold costs a logarithm, once, and every reader of `now` and later is spared it.
    /// Every fact to come is of `now` or later. Not in a savepoint: what has lapsed isn't taken
    /// back.
    bool lapse(Instant now, std::size_t at_most);
    /// After every change of a pending reservation and each commit, so that the first of both lists
    /// is one. In a savepoint they are left: after a roll-back they are alive again.
    void drop_dead_ends();

    /// Some have left by then, and are in the way.
    bool has_forgettable(Instant now) const { return ended_.has_due(DueBy{now - kEndedMemory}); }
    /// Lets those go, the longest ended first, `at_most` of them. At a boundary.
    void forget(Instant now, std::size_t at_most);

    /// Recomputes from the rows what buyers, seats and counts should be, and CHECKs that they are.
    /// Reads everything.
    void verify() const;

    // For a loader (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& reservations);
    /// What follows from the rows, the seats among it, which are all free.
    void derive();

private:
    /// By what the rows say. What has lapsed is counted twice.
    struct Totals {
        std::uint32_t pending = 0;
        std::uint32_t lapsed = 0;
        std::uint32_t confirmed = 0;

        friend bool operator==(const Totals&, const Totals&) = default;
    };

    /// The entry is the reservation's present end, and not one that was overtaken.
    bool is_live(const RowDue& end) const {
        if (!rows_.has(end.row)) return false;
        const auto& row = rows_[end.row];
        return row.status == ReservationStatus::pending && row.expires_at == end.at;
    }
    bool is_lapsed(ReservationIndex index) const {
        return rows_.has(index) && has_lapsed(rows_[index]);
    }
    /// What the tables, the seats and the counts say of a row that stands in its place.
    void enter(ReservationIndex index);
    const ReservationRow& pending(ReservationIndex index) const;
    void verify_row(ReservationIndex index, const ReservationRow& row) const;
    void verify_buyers() const;
    void verify_ends(const Totals& totals) const;
    void verify_ended() const;

    StateLog& log_;
    SeatPlans& plans_;
    StateTable<ReservationRow> rows_;
    StateIndex by_id_;
    Buyers buyers_;
    /// When the holds that haven't lapsed end, or would have: one that was extended, or ended
    /// before its time, leaves its entry behind until that comes to the top. Most holds of a sale
    /// are equally long and so come in order, which makes adding one a step.
    StateHeap<RowDue> hold_ends_;
    /// Those that have, in the order of their ends. One that a fact has ended leaves its entry
    /// behind until that is the first. Outside the log: in a savepoint none comes or goes.
    std::deque<ReservationIndex> lapsed_;
    /// When those that are to leave were cancelled, or had run out.
    StateHeap<RowDue> ended_;
    StateValue<Totals, Digested::no> totals_;
};

}  // namespace frontrow::domain
