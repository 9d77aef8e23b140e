#pragma once

#include "base/hash_map.h"
#include "domain/commands.h"
#include "domain/inventory.h"
#include "io/postgres/pg_exchange.h"
#include "io/postgres/pg_result.h"
#include "store/postgres/rows.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::store::postgres {

/// What was read of a seat: a write is refused unless it's still so.
struct SeatRead {
    std::optional<ReservationId> holder;
    std::optional<Instant> until;
    /// Whose request the holder is.
    std::optional<Bits128> request_key = {};
};

/// The part of the inventory that a batch of commands touches, read under its locks.
struct Slice {
    domain::Inventory inventory;
    Instant now;
    HashMap<SeatId, SeatRead> seats;
    /// When the holds that were read end.
    HashMap<ReservationId, Instant> ends;
    /// Whose reservation a request's key is.
    HashMap<Bits128, ReservationId> keys;
};

/// Knows which rows a batch of commands touches: locks and reads them in two round trips, and makes
/// a slice of them. A new command needs a note_() here, and a mapping in slice_writer.h.
class SliceReader {
public:
    /// `floor`: the time never falls below this.
    SliceReader(std::span<const domain::Command> commands, Instant floor);

    /// The first round trip: opens the transaction, takes the locks, finds the reservations.
    std::vector<io::postgres::PgQuery> begin() const;
    void take_begin(const std::vector<io::postgres::PgResult>& results);

    /// The second: events and seats, and the time.
    std::vector<io::postgres::PgQuery> read() const;
    /// False: something had changed between the two, and nothing can be decided.
    [[nodiscard]] bool fill(Slice& slice, const std::vector<io::postgres::PgResult>& results);

    /// Whether a command of the batch can be decided on the slice. If not, what it wants is in the
    /// hands of another transaction, or was until a moment ago: it has to come back.
    bool is_decidable(const Slice& slice, const domain::Command& command) const;

private:
    void note(const domain::CreateEvent& command);
    void note(const domain::UpdateEvent& command);
    void note(const domain::DeleteEvent& command);
    void note(const domain::AddSeats& command);
    void note(const domain::ReserveSeats& command);
    void note(const domain::ConfirmReservation& command);
    void note(const domain::CancelReservation& command);
    void note(const domain::ExtendReservation& command);
    void note(const domain::ExpireHolds& command);
    void note(const domain::CreateApiKey& command);
    void note(const domain::RevokeApiKey& command);

    enum class Lock : bool { shared, alone };
    void lock(std::int64_t key, Lock how);
    void use(EventId event, Lock how);
    void take_seats(Slice& slice, const io::postgres::PgResult& rows);
    void load_reservations(Slice& slice);
    bool has_lost_witness(Instant now) const;
    bool has_seat(const Slice& slice, SeatId id, Bits128 request_key) const;
    bool has_reservation(const Slice& slice, ReservationId id) const;

    /// By key, in the order in which they are taken.
    std::map<std::int64_t, Lock> event_locks_;
    std::vector<EventId> events_;
    std::vector<std::pair<EventId, std::string>> buyers_;
    std::vector<SeatId> seats_;
    std::vector<ReservationId> changed_;
    std::vector<Bits128> keys_;
    std::optional<EventId> sales_of_;
    const domain::AddSeats* adding_ = nullptr;
    std::uint32_t expire_at_most_ = 0;
    /// Nil for a new key.
    std::optional<ApiKeyId> api_key_;
    Instant floor_;

    std::vector<domain::ReservationRecord> reservations_;
    std::vector<SeatId> taken_numbers_;
    HashSet<SeatId> locked_seats_;
    HashSet<ReservationId> locked_reservations_;
    /// Pending when they were read, and in another transaction's hands.
    HashSet<ReservationId> open_elsewhere_;
    /// What was read of sales_of_, and no later than that.
    std::vector<domain::Reservation> sales_;
    Instant sales_asked_at_;
};

/// Whether a command shares its transaction with others.
bool is_batched(const domain::Command& command);
bool is_about_keys(const domain::Command& command);

}  // namespace frontrow::store::postgres
