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

/// The newest facts of all.
struct NewestFacts {
    std::uint64_t seq = 0;
    /// The newest that made, changed or deleted an event, or changed its members.
    std::uint64_t events_seq = 0;
    Instant at{};
    /// Which facts the journal may have.
    std::uint32_t format = 0;
};

/// All that is true about what is for sale and who has it: parts, each a class with its rows, and
/// here what can be told of them together. Changed by `evolve` alone. Every reader takes `now`,
/// because a hold that has run out is free at that instant whether or not a fact says so yet
/// (domain/reservations.h).
///
/// The parts' changes can be taken back, and they know their digest (base/state_log.h). Of what
/// follows from other parts, or from one node's clock (what has lapsed), nothing is in it.
///
/// A new part is a member here, a line in `verify()`, and its rows in domain/inventory_image.h.
///
/// One thread at a time. About 200 bytes a seat and 270 a reservation.
class Inventory {
public:
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

    const SeatPlans& plans() const { return plans_; }
    const Reservations& reservations() const { return reservations_; }
    const Requests& requests() const { return requests_; }
    const ApiKeys& api_keys() const { return api_keys_; }

    std::uint64_t last_seq() const { return newest_.get().seq; }
    Instant last_at() const { return newest_.get().at; }
    std::uint64_t events_seq() const { return newest_.get().events_seq; }
    std::uint32_t format() const { return newest_.get().format; }

    const EventRow& event_of(const ReservationRow& row) const { return plans_[row.event]; }
    /// Has the memory fetched that a reservation by these touches.
    void prefetch(ReservationId id, std::string_view user, Bits128 request) const;

    // What a reader sees at `now`.

    SeatStatus seat_status(const EventRow& event, SeatIndex seat, Instant now) const;
    SeatView seat_view(SeatPlace place, Instant now) const;
    SeatCounts count_seats(const EventRow& event, Instant now) const;
    Reservation entity(const ReservationRow& row, Instant now) const;
    /// The reservation as it was answered when it was made: what a replay gives again.
    Reservation entity_as_created(const ReservationRow& row) const;
    /// Newest first.
    std::vector<Reservation> list_reservations(std::string_view user, const Page& page, Instant now)
        const;
    /// In the order of creation. With `only_available`, limit and offset count the seats that are.
    SeatList list_seats(const EventRow& event, bool only_available, const Page& page, Instant now)
        const;
    SeatMapVersion seat_map_version(const EventRow& event, Instant now) const;
    /// Costs a copy of the statuses, a microsecond for each ten thousand seats, and one of the
    /// blocks where `before`, an older map of the event or null, has others.
    SeatMap seat_map(const EventRow& event, Instant now, const SeatMap* before) const;

    /// Lets go what nobody may ask for any more as of the newest fact, the oldest first, `at_most`
    /// of each part. Nothing that decides depends on when that is done, and no digest: only the
    /// indexes of buyers, who get others when they come back. Not in a savepoint.
    void let_go(std::size_t at_most);

    /// As Reservations::lapse(), which says why a node may do this by its own clock.
    bool lapse(Instant now, std::size_t at_most) { return reservations_.lapse(now, at_most); }

    /// Recomputes every derived figure from the rows and CHECKs that it stands. For tests and
    /// `frontrow verify`; reads everything.
    void verify() const;

    // All of its rows, for a loader (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& inventory);
    /// What follows from the rows, once.
    void derive();

private:
    /// The one hand that changes the parts.
    friend class Evolution;

    Reservation entity_with(const ReservationRow& row, ReservationStatus status, Instant expires_at)
        const;
    std::size_t reservations_until(const Buyers::Reservations& mine, const Page& page) const;

    /// First: all parts are parts of it.
    StateLog log_;
    SeatPlans plans_{log_};
    Reservations reservations_{log_, plans_};
    Requests requests_{log_};
    ApiKeys api_keys_{log_};
    StateValue<NewestFacts> newest_{log_, "newest"};
};

}  // namespace frontrow::domain
