#pragma once

#include "base/hash_map.h"
#include "base/id.h"
#include "base/index_table.h"
#include "base/instant.h"
#include "base/row_deque.h"
#include "base/small_vector.h"
#include "domain/api_keys.h"
#include "domain/event.h"
#include "domain/facts.h"
#include "domain/hold_ends.h"
#include "domain/page.h"
#include "domain/reservation.h"
#include "domain/seat.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::domain {

// The rows of the inventory refer to each other by index, four bytes each, in the order of
// creation.
using EventIndex = std::uint32_t;
using SeatIndex = std::uint32_t;
using UserIndex = std::uint32_t;
using ReservationIndex = std::uint32_t;
inline constexpr ReservationIndex kNobody = IndexTable::kNone;

/// All that is true about what is for sale and who has it. Changed by `evolve` alone; every reader
/// takes `now`, because a hold that has run out is free at that instant whether or not a fact says
/// so yet. Holds that have run out without a fact are few, or `lapse` has counted them as free: a
/// reader that doesn't let them lapse first goes through all of them.
///
/// One thread at a time. About 200 bytes a seat and 270 a reservation.
class Inventory {
public:
    /// Where a block's seats begin in their event.
    struct BlockStart {
        SeatId first_id;
        SeatIndex first = 0;
    };

    struct EventRow {
        EventIndex index = 0;
        /// Without its spec once it was deleted.
        Event event;
        /// Of its seats only the ids are left then: reservations that ended before name them.
        bool deleted = false;
        /// `reserved` still counts holds that have run out, but for those that have lapsed.
        SeatCounts counts;
        /// Seats whose hold has lapsed and is still pending by the facts.
        std::uint32_t lapsed = 0;
        /// The newest fact about this event, its seats or its reservations.
        std::uint64_t last_seq = 0;
        /// When that was.
        Instant last_at{};
        SeatBlocks blocks;
        /// By block.
        std::vector<BlockStart> block_starts;
        /// By seat, and by facts alone: the reservation that has it, or kNobody.
        std::vector<ReservationIndex> holders;
        /// By seat, as `counts` has them: a byte each, to be gone through and copied quickly.
        std::vector<SeatStatus> statuses;
        /// How many are free of the first kStretch seats, of the next, and so on, by `statuses`: a
        /// search for free ones passes over what is sold.
        std::vector<std::uint16_t> free_by_stretch;
        /// The names in use. They point into the blocks.
        HashSet<std::string_view> numbers;
    };

    static constexpr std::size_t kStretch = 1024;

    struct ReservationRow {
        ReservationId id;
        EventIndex event = 0;
        UserIndex user = 0;
        SmallVector<SeatIndex, 2> seats;
        ReservationStatus status = ReservationStatus::pending;
        /// The event's when it was made: the event's may change once no seat is held or sold.
        Currency currency;
        std::int64_t hold_ms = 0;
        Amount total_amount = 0;
        Instant created_at;
        Instant expires_at;
        Instant confirmed_at;
        RequestMark request;
    };

    struct SeatPlace {
        EventIndex event = 0;
        SeatIndex seat = 0;
    };

    Inventory() = default;
    // Nobody needs a million rows twice.
    Inventory(const Inventory&) = delete;
    Inventory& operator=(const Inventory&) = delete;
    Inventory(Inventory&&) noexcept = default;
    Inventory& operator=(Inventory&&) noexcept = default;

    /// Nothing for an event that never was or was deleted.
    const EventRow* find_event(EventId id) const;
    const ReservationRow* find_reservation(ReservationId id) const;
    std::optional<SeatPlace> find_seat(SeatId id) const;
    /// Has the memory fetched that a reservation by these touches, which nobody has touched for
    /// long: all of it at once, and not one line after the other.
    void prefetch(ReservationId id, std::string_view user, Bits128 request) const;
    /// The reservation that this key made within the last 24 hours.
    const ReservationRow* find_request(Bits128 key, Instant now) const;

    // The rows, deleted events among them.

    EventIndex event_rows() const { return static_cast<EventIndex>(events_.size()); }
    ReservationIndex reservation_rows() const {
        return static_cast<ReservationIndex>(reservations_.size());
    }
    const EventRow& event(EventIndex index) const { return events_[index]; }
    const ReservationRow& reservation(ReservationIndex index) const { return reservations_[index]; }
    const std::string& user(UserIndex index) const { return users_[index].sub; }

    static ReservationStatus status_of(const ReservationRow& row, Instant now) {
        return row.status == ReservationStatus::pending && row.expires_at <= now
                   ? ReservationStatus::expired
                   : row.status;
    }
    SeatStatus seat_status(const EventRow& event, SeatIndex seat, Instant now) const;
    static SeatId seat_id(const EventRow& event, SeatIndex seat);
    static const SeatSpec& seat_spec(const EventRow& event, SeatIndex seat);
    SeatView seat_view(SeatPlace place, Instant now) const;

    /// Seats of one event that `user` has confirmed or in a live hold.
    std::uint32_t seats_of(const EventRow& event, std::string_view user, Instant now) const;

    /// Counts the seats of holds that have run out at `now` as free from here on, soonest end
    /// first, `at_most` holds; false while more are left. No fact is needed for that and none is
    /// made. Each hold costs a logarithm, once, and every reader of `now` and later is spared it.
    /// Every fact to come is of `now` or later.
    bool lapse(Instant now, std::size_t at_most);

    /// Pending by the facts, and its seats are counted as free: those of any other pending one are
    /// reserved.
    bool has_lapsed(const ReservationRow& row) const {
        return row.status == ReservationStatus::pending &&
               events_[row.event].statuses[row.seats.front()] == SeatStatus::available;
    }

    /// What a reader sees at `now`.
    SeatCounts count_seats(const EventRow& event, Instant now) const {
        auto counts = event.counts;
        counts.reserved -= count_about_to_lapse(event, now);
        return counts;
    }

    /// Some hold has run out and no fact says so yet.
    bool has_expired_holds(Instant now) const {
        return !lapsed_.empty() || hold_ends_.has_ended(now);
    }
    /// Calls `take` with the reservations whose hold has run out and of which no fact says so yet.
    template <class Take>
    void visit_expired_holds(Instant now, Take take) const {
        for (const auto index : lapsed_)
            if (has_lapsed(reservations_[index])) take(reservations_[index]);
        visit_about_to_lapse(now, take);
    }
    /// The same, soonest end first, until `take` returns false.
    template <class Take>
    void visit_soonest_expired(Instant now, Take take) const {
        for (const auto index : lapsed_)
            if (has_lapsed(reservations_[index]) && !take(reservations_[index])) return;
        hold_ends_.visit_soonest(now, [&](const HoldEnds::End& end) {
            return !is_live(end) || take(reservations_[end.reservation]);
        });
    }

    /// The reservation as a reader sees it at `now`.
    Reservation entity(const ReservationRow& row, Instant now) const;
    /// The reservation as it was answered when it was made: what a replay gives again.
    Reservation entity_as_created(const ReservationRow& row) const;

    /// Latest start first.
    std::vector<Event> list_events(const Page& page) const;
    /// Newest first.
    std::vector<Reservation> list_reservations(std::string_view user, const Page& page, Instant now)
        const;
    /// In the order of creation. With `only_available`, limit and offset count the seats that are.
    SeatList list_seats(const EventRow& event, bool only_available, const Page& page, Instant now)
        const;

    SeatMapVersion seat_map_version(const EventRow& event, Instant now) const {
        return {
            .seq = event.last_seq,
            .at = event.last_at,
            .lapsed = event.lapsed + count_about_to_lapse(event, now),
        };
    }
    /// Costs a copy of the statuses, a microsecond for each ten thousand seats, and one of the
    /// blocks where `before`, an older map of the event or null, has others.
    SeatMap seat_map(const EventRow& event, Instant now, const SeatMap* before) const;

    /// Up to `limit` events that haven't started, those first in which something happened last.
    std::vector<EventId> newest_events(std::size_t limit, Instant now) const;

    const ApiKeys& api_keys() const { return api_keys_; }

    std::uint64_t last_seq() const { return last_seq_; }
    Instant last_at() const { return last_at_; }
    /// The newest fact that made, changed or deleted an event.
    std::uint64_t events_seq() const { return events_seq_; }
    std::size_t event_count() const { return by_start_.size(); }
    /// By facts alone.
    std::uint32_t pending_count() const { return pending_count_; }
    /// How many of those have lapsed.
    std::uint32_t lapsed_count() const { return lapsed_count_; }
    std::uint32_t confirmed_count() const { return confirmed_count_; }

    /// Recomputes every derived figure from the rows and CHECKs that it stands. For tests and
    /// `frontrow verify`; reads everything.
    void verify() const;

private:
    friend class Evolution;
    friend class InventoryImage;
    friend class SliceLoader;

    /// How many seats a user has in an event, without those that have lapsed.
    struct SeatsInEvent {
        EventIndex event = 0;
        std::uint32_t seats = 0;
    };

    struct UserRow {
        std::string sub;
        SmallVector<ReservationIndex, 2> reservations;
        /// One for each event in which the user has any: a few, even for who buys much.
        SmallVector<SeatsInEvent, 1> seats;

        std::uint32_t seats_in(EventIndex event) const;
    };

    struct BlockPlace {
        EventIndex event = 0;
        SeatIndex first = 0;
        std::uint32_t count = 0;
    };

    /// The entry is the reservation's present end, and not one that was overtaken.
    bool is_live(const HoldEnds::End& end) const {
        const auto& row = reservations_[end.reservation];
        return row.status == ReservationStatus::pending && row.expires_at == end.at;
    }
    template <class Take>
    void visit_about_to_lapse(Instant now, Take take) const {
        hold_ends_.visit_ended(now, [&](const HoldEnds::End& end) {
            if (is_live(end)) take(reservations_[end.reservation]);
        });
    }
    /// Seats of this event that `reserved` counts and whose hold has run out.
    std::uint32_t count_about_to_lapse(const EventRow& event, Instant now) const;
    /// Counts a pending reservation's seats as free.
    void free_seats(const ReservationRow& row);
    /// After every change of a pending reservation, so that the first of both lists is one.
    void drop_dead_ends();

    // What the tables and counts say of a row, once it stands in its place.

    /// But for its seats.
    void enter_event(EventRow& row);
    /// A block that the row has already.
    void enter_block(EventRow& row, const SeatBlock& block);
    /// Nothing of the event is held or sold.
    void delete_event(EventRow& row);
    /// But for its request. Its seats are free.
    void enter_reservation(ReservationIndex index);
    void enter_request(ReservationIndex index);

    // kNobody where there is none.

    ReservationIndex index_of(ReservationId id) const;
    UserIndex index_of_user(std::string_view sub) const;
    ReservationIndex index_of_request(Bits128 key) const;

    /// The one way in which a seat's status changes.
    static void set_status(EventRow& event, SeatIndex seat, SeatStatus status);
    static std::size_t block_of(const EventRow& event, SeatIndex seat);
    /// The next seat from here on that is free by the facts, or of a hold if `looks_at_holds`: it
    /// may have run out. The seats' number where there is none.
    static SeatIndex next_candidate(const EventRow& event, SeatIndex seat, bool looks_at_holds);
    /// The same among those before `end`, which is returned where there is none.
    static std::size_t
    find_candidate(const EventRow& event, std::size_t seat, std::size_t end, bool looks_at_holds);
    /// What a page is taken from: the event's seats from here on, the user's reservations before
    /// here.
    SeatIndex seats_from(const EventRow& event, const Page& page) const;
    std::size_t reservations_until(const UserRow& user, const Page& page) const;
    Reservation entity_with(const ReservationRow& row, ReservationStatus status, Instant expires_at)
        const;

    // Deques: a row never moves, and growing never copies a million of them while buyers wait.
    std::deque<EventRow> events_;
    RowDeque<ReservationRow> reservations_;
    RowDeque<UserRow> users_;

    HashMap<EventId, EventIndex> events_by_id_;
    IndexTable reservations_by_id_;
    IndexTable users_by_sub_;
    IndexTable requests_;
    /// Reservations before this one have left `requests_` by age.
    ReservationIndex requests_from_ = 0;
    std::map<SeatId, BlockPlace> blocks_by_id_;
    /// (start, index) of the events that weren't deleted.
    std::set<std::pair<Instant, EventIndex>> by_start_;
    /// Of the holds that haven't lapsed.
    HoldEnds hold_ends_;
    /// Those that have, in the order of their ends. One that a fact has ended leaves its entry
    /// behind until that is the first.
    std::deque<ReservationIndex> lapsed_;
    ApiKeys api_keys_;

    std::uint64_t last_seq_ = 0;
    std::uint64_t events_seq_ = 0;
    Instant last_at_{};
    std::uint32_t pending_count_ = 0;
    std::uint32_t lapsed_count_ = 0;
    std::uint32_t confirmed_count_ = 0;
};

}  // namespace frontrow::domain
