#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/small_vector.h"
#include "base/state_heap.h"
#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_map.h"
#include "base/state_table.h"
#include "base/state_value.h"
#include "base/state_vector.h"
#include "domain/api_keys.h"
#include "domain/event.h"
#include "domain/facts.h"
#include "domain/page.h"
#include "domain/reservation.h"
#include "domain/seat.h"

#include <compare>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::domain {

// The rows of the inventory refer to each other by index, four bytes each, in the order of
// creation.
using EventIndex = std::uint32_t;
using SeatIndex = std::uint32_t;
using UserIndex = std::uint32_t;
using ReservationIndex = std::uint32_t;
inline constexpr ReservationIndex kNobody = StateIndex::kNone;

/// All that is true about what is for sale and who has it. Changed by `evolve` alone; every reader
/// takes `now`, because a hold that has run out is free at that instant whether or not a fact says
/// so yet. Holds that have run out without a fact are few, or `lapse` has counted them as free: a
/// reader that doesn't let them lapse first goes through all of them.
///
/// It is made of parts whose changes can be taken back and that know their digest
/// (base/state_log.h). Of what follows from other parts, or from one node's clock (what has
/// lapsed), nothing is in it.
///
/// One thread at a time. About 200 bytes a seat and 270 a reservation.
class Inventory {
public:
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

    explicit Inventory(StateLog::Digests digests = StateLog::Digests::off);
    Inventory(const Inventory&) = delete;
    Inventory& operator=(const Inventory&) = delete;
    ~Inventory();

    /// From here on every change can be taken back. None is open yet.
    void open_savepoint() { log_.open(); }
    /// Lets all that was changed stand.
    void commit();
    /// Takes back all that was changed since open_savepoint(). It then goes on as one that was
    /// never told of it.
    void roll_back() { log_.roll_back(); }
    bool is_speculating() const { return log_.is_open(); }

    /// Of all that the facts come to: the same on all copies that have taken the same facts.
    /// Zero unless digests are kept.
    Bits128 digest() { return log_.digest(); }
    /// The same by reading everything, whether or not digests are kept.
    Bits128 digest_anew() const { return log_.digest_anew(); }
    /// For finding what diverged, see StateLog.
    std::vector<std::pair<std::string_view, Bits128>> digests_by_part() {
        return log_.digests_by_part();
    }

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

    EventIndex event_rows() const { return events_.end(); }
    ReservationIndex reservation_rows() const { return reservations_.end(); }
    const EventRow& event(EventIndex index) const { return events_[index]; }
    const ReservationRow& reservation(ReservationIndex index) const { return reservations_[index]; }
    const std::string& user(UserIndex index) const { return users_[index]; }

    static ReservationStatus status_of(const ReservationRow& row, Instant now) {
        return row.status == ReservationStatus::pending && row.expires_at <= now
                   ? ReservationStatus::expired
                   : row.status;
    }
    SeatStatus seat_status(const EventRow& event, SeatIndex seat, Instant now) const;
    static SeatId seat_id(const EventRow& event, SeatIndex seat);
    static const SeatSpec& seat_spec(const EventRow& event, SeatIndex seat);
    /// Whether a seat of the event has this name.
    static bool has_seat_named(const EventRow& event, std::string_view number) {
        return find_number(event, number) != kNobody;
    }
    SeatView seat_view(SeatPlace place, Instant now) const;

    /// Seats of one event that `user` has confirmed or in a live hold.
    std::uint32_t seats_of(const EventRow& event, std::string_view user, Instant now) const;

    /// Counts the seats of holds that have run out at `now` as free from here on, soonest end
    /// first, `at_most` holds; false while more are left. No fact is needed for that and none is
    /// made. Each hold costs a logarithm, once, and every reader of `now` and later is spared it.
    /// Every fact to come is of `now` or later. Not while it's speculating: what has lapsed isn't
    /// taken back.
    bool lapse(Instant now, std::size_t at_most);

    /// Pending by the facts, and its seats are counted as free: those of any other pending one are
    /// reserved.
    bool has_lapsed(const ReservationRow& row) const {
        return row.status == ReservationStatus::pending &&
               events_[row.event].statuses[row.seats.front()] == SeatStatus::available;
    }

    /// What a reader sees at `now`.
    SeatCounts count_seats(const EventRow& event, Instant now) const {
        auto counts = event.counts.get();
        counts.reserved -= count_about_to_lapse(event, now);
        return counts;
    }

    /// Some hold has run out and no fact says so yet. While it's speculating perhaps one that a
    /// fact has ended since.
    bool has_expired_holds(Instant now) const { return !lapsed_.empty() || has_ended_holds(now); }
    /// Calls `take` with the reservations whose hold has run out and of which no fact says so yet.
    template <class Take>
    void visit_expired_holds(Instant now, Take take) const {
        for (const auto index : lapsed_)
            if (has_lapsed(reservations_[index])) take(reservations_[index]);
        visit_about_to_lapse(now, take);
    }
    /// The same, soonest end first, until `take` returns false. What a fact ends in this order
    /// comes to the top as it dies, and is gone at once; ended in another it would be in the way of
    /// every visit until the last.
    template <class Take>
    void visit_soonest_expired(Instant now, Take take) const {
        for (const auto index : lapsed_)
            if (has_lapsed(reservations_[index]) && !take(reservations_[index])) return;
        hold_ends_.visit_lowest(EndedBy{now}, [&](const HoldEnd& end) {
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
            .seq = event.last_seq(),
            .at = event.last_at(),
            .lapsed = event.lapsed.get() + count_about_to_lapse(event, now),
        };
    }
    /// Costs a copy of the statuses, a microsecond for each ten thousand seats, and one of the
    /// blocks where `before`, an older map of the event or null, has others.
    SeatMap seat_map(const EventRow& event, Instant now, const SeatMap* before) const;

    /// Up to `limit` events that haven't started, those first in which something happened last.
    std::vector<EventId> newest_events(std::size_t limit, Instant now) const;

    const ApiKeys& api_keys() const { return api_keys_; }

    std::uint64_t last_seq() const { return newest_.get().seq; }
    Instant last_at() const { return newest_.get().at; }
    /// The newest fact that made, changed or deleted an event.
    std::uint64_t events_seq() const { return newest_.get().events_seq; }
    std::size_t event_count() const { return by_start_.entries().size(); }
    /// By facts alone.
    std::uint32_t pending_count() const { return totals_.get().pending; }
    /// How many of those have lapsed.
    std::uint32_t lapsed_count() const { return totals_.get().lapsed; }
    std::uint32_t confirmed_count() const { return totals_.get().confirmed; }

    /// Recomputes every derived figure from the rows and CHECKs that it stands. For tests and
    /// `frontrow verify`; reads everything.
    void verify() const;

private:
    friend class Evolution;
    friend class InventoryImage;
    friend class Verification;

    /// How many seats a user has in an event, without those that have lapsed.
    struct SeatsInEvent {
        EventIndex event = 0;
        std::uint32_t seats = 0;
    };

    /// What a user has. By itself, so that a sale doesn't hash the user's name anew.
    struct UserSales {
        SmallVector<ReservationIndex, 2> reservations;
        /// One for each event in which the user has any: a few, even for who buys much.
        SmallVector<SeatsInEvent, 1> seats;

        /// Of the event's entry in `seats`, or their number.
        std::size_t place_of(EventIndex event) const;
        std::uint32_t seats_in(EventIndex event) const;
    };

    struct BlockPlace {
        EventIndex event = 0;
        SeatIndex first = 0;
        std::uint32_t count = 0;
    };

    /// When a hold ends, or would have: one that was extended, or ended before its time, leaves its
    /// entry behind until that comes to the top. Most holds of a sale are equally long and so come
    /// in order, which makes adding one a step.
    struct HoldEnd {
        Instant at;
        ReservationIndex reservation = 0;

        friend auto operator<=>(const HoldEnd&, const HoldEnd&) = default;
    };
    struct EndedBy {
        Instant now;

        bool operator()(const HoldEnd& end) const { return end.at <= now; }
    };

    /// The newest facts of all.
    struct Newest {
        std::uint64_t seq = 0;
        std::uint64_t events_seq = 0;
        Instant at{};
    };
    friend void digest_fields(DigestWriter& writer, const Newest& newest);

    /// Of the reservations, by what their rows say. What has lapsed is counted twice.
    struct Totals {
        std::uint32_t pending = 0;
        std::uint32_t lapsed = 0;
        std::uint32_t confirmed = 0;
    };

    /// The entry is the reservation's present end, and not one that was overtaken.
    bool is_live(const HoldEnd& end) const {
        const auto& row = reservations_[end.reservation];
        return row.status == ReservationStatus::pending && row.expires_at == end.at;
    }
    bool has_ended_holds(Instant now) const { return hold_ends_.has_due(EndedBy{now}); }
    template <class Take>
    void visit_about_to_lapse(Instant now, Take take) const {
        hold_ends_.visit_due(EndedBy{now}, [&](const HoldEnd& end) {
            if (is_live(end)) take(reservations_[end.reservation]);
        });
    }
    /// Seats of this event that `reserved` counts and whose hold has run out.
    std::uint32_t count_about_to_lapse(const EventRow& event, Instant now) const;
    /// Counts a pending reservation's seats as free.
    void free_seats(const ReservationRow& row);
    /// After every change of a pending reservation, so that the first of both lists is one. While
    /// it's speculating they are left until commit(): after a roll-back they are alive again.
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

    EventIndex index_of(EventId id) const;
    ReservationIndex index_of(ReservationId id) const;
    UserIndex index_of_user(std::string_view sub) const;
    ReservationIndex index_of_request(Bits128 key) const;

    static SeatIndex find_number(const EventRow& event, std::string_view number);

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
    std::size_t reservations_until(const UserSales& user, const Page& page) const;
    Reservation entity_with(const ReservationRow& row, ReservationStatus status, Instant expires_at)
        const;

    /// First: all parts are parts of it.
    StateLog log_;

    StateTable<EventRow> events_{log_, "events"};
    StateTable<ReservationRow> reservations_{log_, "reservations"};
    StateTable<std::string> users_{log_, "users"};
    /// Under the users' numbers.
    StateTable<UserSales, Digested::no> user_sales_{log_, "user_sales"};

    StateIndex events_by_id_{log_};
    StateIndex reservations_by_id_{log_};
    StateIndex users_by_sub_{log_};
    StateIndex requests_{log_};
    /// Reservations before this one have left `requests_` by age.
    StateValue<ReservationIndex> requests_from_{log_, "requests_from"};
    StateMap<SeatId, BlockPlace> blocks_by_id_{log_};
    /// (start, index) of the events that weren't deleted.
    StateMap<std::pair<Instant, EventIndex>, std::monostate> by_start_{log_};
    /// Of the holds that haven't lapsed.
    StateHeap<HoldEnd> hold_ends_{log_};
    /// Those that have, in the order of their ends. One that a fact has ended leaves its entry
    /// behind until that is the first. Outside the log: while it's speculating none comes or goes.
    std::deque<ReservationIndex> lapsed_;
    ApiKeys api_keys_{log_};

    StateValue<Newest> newest_{log_, "newest"};
    StateValue<Totals, Digested::no> totals_{log_, "totals"};
};

}  // namespace frontrow::domain
