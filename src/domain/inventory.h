#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/state_log.h"
#include "base/state_value.h"
#include "domain/api_keys.h"
#include "domain/orders.h"
#include "domain/page.h"
#include "domain/requests.h"
#include "domain/reservation.h"
#include "domain/reservations.h"
#include "domain/seat.h"
#include "domain/seat_plans.h"
#include "domain/tickets.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// What an event has for sale, by status.
struct Availability {
    SeatCounts seats;
    /// In the order in which they were added.
    std::vector<CategoryView> categories;
};

/// The inventory's position in the history of facts, and the permitted format.
struct NewestFacts {
    std::uint64_t seq = 0;
    /// The seq of the newest fact that created, changed or deleted an event, or changed its
    /// members.
    std::uint64_t events_seq = 0;
    Instant at{};
    /// The format of facts that the journal permits.
    std::uint32_t format = 0;
};

/// The whole state: what is for sale and who has it. It consists of parts, each a class with rows
/// of its own; functions that need several parts are here. Changed by `evolve` only. Every reader
/// passes `now`, because seats are free from the instant at which their hold runs out, even before
/// a fact ends the hold (domain/reservations.h).
///
/// Changes can be rolled back, and the state has a digest (base/state_log.h). The digest excludes
/// values that are derived from other parts or depend on one node's clock, such as which holds have
/// lapsed.
///
/// To add a part: add a member here, a line in `verify()`, and its rows in
/// domain/inventory_image.h.
///
/// One thread at a time. Takes about 200 bytes per seat, 50 more in an event whose best seats were
/// asked for, and 270 per reservation.
class Inventory {
public:
    explicit Inventory(StateLog::Digests digests = StateLog::Digests::off);
    Inventory(const Inventory&) = delete;
    Inventory& operator=(const Inventory&) = delete;
    ~Inventory();

    /// From now on every change can be rolled back. No savepoint may be open.
    void open_savepoint() { log_.open(); }
    /// Keeps all changes since open_savepoint().
    void commit();
    /// Undoes all changes since open_savepoint(). The inventory then behaves as if they had never
    /// been made.
    void roll_back() { log_.roll_back(); }
    bool is_speculating() const { return log_.is_open(); }

    /// Digest of the state that the facts produce: equal on all copies that have applied the same
    /// facts. Zero unless digests are kept.
    Bits128 digest() { return log_.digest(); }
    /// Computes the same digest from scratch, even if digests aren't kept. Reads everything.
    Bits128 digest_anew() const { return log_.digest_anew(); }
    /// The digest of each part, to find the part in which two copies differ (StateLog).
    std::vector<std::pair<std::string_view, Bits128>> digests_by_part() {
        return log_.digests_by_part();
    }

    const SeatPlans& plans() const { return plans_; }
    const Reservations& reservations() const { return reservations_; }
    const Requests& requests() const { return requests_; }
    const ApiKeys& api_keys() const { return api_keys_; }
    const Orders& orders() const { return orders_; }
    const Tickets& tickets() const { return tickets_; }

    std::uint64_t last_seq() const { return newest_.get().seq; }
    Instant last_at() const { return newest_.get().at; }
    std::uint64_t events_seq() const { return newest_.get().events_seq; }
    std::uint32_t format() const { return newest_.get().format; }

    const EventRow& event_of(const ReservationRow& row) const { return plans_[row.event]; }
    /// Prefetches the memory that a reservation with these keys touches.
    void prefetch(ReservationId id, std::string_view user, Bits128 request) const;

    // What a reader sees at `now`.

    SeatStatus seat_status(const EventRow& event, SeatIndex seat, Instant now) const;
    SeatView seat_view(SeatPlace place, Instant now) const;
    SeatCounts count_seats(const EventRow& event, Instant now) const;
    /// The allocations in force, in the order in which they were added.
    std::vector<AllocationView> list_allocations(const EventRow& event, Instant now) const;
    AllocationView allocation_view(const EventRow& event, AllocationIndex of, Instant now) const;
    /// What is held and sold of each category, in their order.
    std::vector<CategoryView> list_categories(const EventRow& event, Instant now) const;
    StockCounts count_stock(const EventRow& event, CategoryIndex category, Instant now) const;
    Reservation entity(const ReservationRow& row, Instant now) const;
    /// The reservation as it was when it was made, which is the answer to a repeated request.
    Reservation entity_as_created(const ReservationRow& row) const;
    /// The newest fact on which an answer about this order can depend.
    std::uint64_t last_seq_of(const Order& order) const;
    /// The order as it is at `now`.
    OrderView order_view(Order order, Instant now) const;
    /// Calls `take` with each of the user's reservations that is still shown, newest first, until
    /// it returns false. Starts behind `after`.
    template <class Take>
    void visit_reservations(
        std::string_view user,
        std::optional<ReservationId> after,
        Instant now,
        Take take
    ) const {
        const auto known = reservations_.buyers().find(user);
        if (known == kNobody) return;
        const auto& mine = reservations_.buyers().sales(known).reservations;
        for (auto i = reservations_until(mine, after); i > 0; --i) {
            if (!reservations_.has(mine[i - 1])) continue;
            const auto& row = reservations_[mine[i - 1]];
            if (!has_left(row, now) && !take(row)) return;
        }
    }
    /// The status in order_view(), without a copy of the order.
    OrderStatus order_status(const Order& order, Instant now) const;
    /// Newest first.
    std::vector<Reservation> list_reservations(std::string_view user, const Page& page, Instant now)
        const;
    /// In the order of creation. With `only_available`, limit and offset count available seats
    /// only.
    SeatList list_seats(const EventRow& event, bool only_available, const Page& page, Instant now)
        const;
    SeatMapVersion seat_map_version(const EventRow& event, Instant now) const;
    /// Calls `take` with the seats that a fact holds back for an allocation whose `until` has come.
    template <class Take>
    void visit_seats_released(const EventRow& event, Instant now, Take take) const {
        plans_.visit_due_allocations(event, now, [&](AllocationIndex of) {
            for (const auto id : event.allocations.all[of]->seats) {
                const auto seat = plans_.find_seat(id)->seat;
                if (event.statuses[seat] == SeatStatus::held_back) take(seat);
            }
        });
    }
    /// `before`: an older map of the event, or null. Copies the statuses, which takes a microsecond
    /// per ten thousand seats. Shares the list of blocks with `before` unless seats were added
    /// since.
    SeatMap seat_map(const EventRow& event, Instant now, const SeatMap* before) const;

    /// Erases rows that can no longer be requested at the time of the newest fact: oldest first, at
    /// most `at_most` in each part. Decisions and digests don't depend on when this is called; only
    /// the index of a returning buyer does. Not in a savepoint.
    void let_go(std::size_t at_most);

    /// True if something has ended by the clock and no fact says so yet: ExpireHolds makes the
    /// facts.
    bool has_something_due(Instant now) const {
        return reservations_.has_expired_holds(now) || plans_.has_due_allocations(now);
    }

    /// See Reservations::lapse(), which explains why a node may do this by its own clock.
    bool lapse(Instant now, std::size_t at_most) { return reservations_.lapse(now, at_most); }

    /// Recomputes every derived value from the rows and CHECKs it. For tests and `frontrow verify`;
    /// reads everything.
    void verify() const;

    // For saving and loading all rows (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& inventory);
    /// Rebuilds what is derived from the rows; call it once.
    void derive();

private:
    /// The only code that changes the parts.
    friend class Evolution;

    /// Calls `take(category, counts)` with what the clock has changed since the counts were kept.
    template <class Take>
    void visit_stock_released(const EventRow& event, Instant now, Take take) const;
    Reservation entity_with(
        const ReservationRow& row,
        ReservationStatus status,
        Instant expires_at,
        const SeatPlans::Claim& claim,
        Amount total_amount
    ) const;
    void verify_order(const Order& order) const;
    void verify_ticket(const TicketNotes& notes) const;
    std::size_t
    reservations_until(const Buyers::Reservations& mine, std::optional<ReservationId> after) const;

    /// Declared first, because all parts register with it.
    StateLog log_;
    SeatPlans plans_{log_};
    Reservations reservations_{log_, plans_};
    Requests requests_{log_};
    ApiKeys api_keys_{log_};
    Orders orders_{log_, plans_, reservations_};
    Tickets tickets_{log_};
    StateValue<NewestFacts> newest_{log_, "newest"};
};

}  // namespace frontrow::domain
