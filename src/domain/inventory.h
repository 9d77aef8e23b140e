#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/state_log.h"
#include "base/state_value.h"
#include "domain/api_keys.h"
#include "domain/page.h"
#include "domain/requests.h"
#include "domain/reservation.h"
#include "domain/reservations.h"
#include "domain/seat.h"
#include "domain/seat_plans.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// The newest facts of the whole inventory.
struct NewestFacts {
    std::uint64_t seq = 0;
    /// The newest fact that created, changed or deleted an event, or changed its members.
    std::uint64_t events_seq = 0;
    Instant at{};
    /// The format of facts that the journal permits.
    std::uint32_t format = 0;
};

/// The whole state: what is for sale and who has it. It consists of parts, each a class with its
/// rows; functions that need several parts are here. Changed by `evolve` only. Every reader passes
/// `now`, because a hold that has run out is free at that instant whether or not a fact says so yet
/// (domain/reservations.h).
///
/// Changes can be rolled back, and there is a digest (base/state_log.h). The digest excludes what
/// is derived from other parts or depends on one node's clock (which holds have lapsed).
///
/// To add a part: add a member here, a line in `verify()`, and its rows in
/// domain/inventory_image.h.
///
/// One thread at a time. Takes about 200 bytes per seat and 270 per reservation.
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
    /// Computes the same from scratch by reading everything, whether or not digests are kept.
    Bits128 digest_anew() const { return log_.digest_anew(); }
    /// To find out which part diverged, see StateLog.
    std::vector<std::pair<std::string_view, Bits128>> digests_by_part() {
        return log_.digests_by_part();
    }

    const SeatPlans& plans() const { return plans_; }
    const Reservations& reservations() const { return reservations_; }
    const Requests& requests() const { return requests_; }
    const ApiKeys& api_keys() const { return api_keys_; }

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
    Reservation entity(const ReservationRow& row, Instant now) const;
    /// The reservation as it was answered when it was made: the answer to a replayed request.
    Reservation entity_as_created(const ReservationRow& row) const;
    /// Newest first.
    std::vector<Reservation> list_reservations(std::string_view user, const Page& page, Instant now)
        const;
    /// In the order of creation. With `only_available`, limit and offset count available seats
    /// only.
    SeatList list_seats(const EventRow& event, bool only_available, const Page& page, Instant now)
        const;
    SeatMapVersion seat_map_version(const EventRow& event, Instant now) const;
    /// Copies the statuses, which takes a microsecond per ten thousand seats. Copies the list of
    /// blocks only if it differs from that of `before`, an older map of the event, or null.
    SeatMap seat_map(const EventRow& event, Instant now, const SeatMap* before) const;

    /// Erases rows that can't be asked for any more as of the newest fact, oldest first, at most
    /// `at_most` in each part. No decision and no digest depends on when this happens. Only the
    /// indexes of buyers do: a returning buyer gets another index. Not in a savepoint.
    void let_go(std::size_t at_most);

    /// See Reservations::lapse(), which explains why a node may do this by its own clock.
    bool lapse(Instant now, std::size_t at_most) { return reservations_.lapse(now, at_most); }

    /// Recomputes every derived value from the rows and CHECKs it. For tests and `frontrow verify`;
    /// reads everything.
    void verify() const;

    // Transfers all rows, for a loader (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& inventory);
    /// Rebuilds what is derived from the rows; call it once.
    void derive();

private:
    /// The only code that changes the parts.
    friend class Evolution;

    Reservation entity_with(const ReservationRow& row, ReservationStatus status, Instant expires_at)
        const;
    std::size_t reservations_until(const Buyers::Reservations& mine, const Page& page) const;

    /// Declared first, because all parts register with it.
    StateLog log_;
    SeatPlans plans_{log_};
    Reservations reservations_{log_, plans_};
    Requests requests_{log_};
    ApiKeys api_keys_{log_};
    StateValue<NewestFacts> newest_{log_, "newest"};
};

}  // namespace frontrow::domain
