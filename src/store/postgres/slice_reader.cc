#include "store/postgres/slice_reader.h"

#include "base/check.h"
#include "domain/slice.h"
#include "store/postgres/statements.h"

#include <algorithm>
#include <tuple>
#include <variant>

namespace frontrow::store::postgres {
namespace {

using domain::ReservationRecord;
using domain::ReservationStatus;
using io::postgres::PgParams;
using io::postgres::PgQuery;
using io::postgres::PgResult;

/// The random half of an event's id. That two events share it costs them a wait and no more.
std::int64_t lock_key(EventId event) {
    return static_cast<std::int64_t>(event.bits().lo);
}

/// Who adds seats to an event does so alone, beside those who buy.
std::int64_t adders_key(EventId event) {
    return ~lock_key(event);
}

/// Who changes the API keys does so alone. An event that happens to have this key costs a wait.
constexpr std::int64_t kApiKeysKey = 1;

bool has_seats(const ReservationRecord& record) {
    return record.now.status == ReservationStatus::pending ||
           record.now.status == ReservationStatus::confirmed;
}

template <class T>
void sort_unique(std::vector<T>& values) {
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
}

}  // namespace

bool is_batched(const domain::Command& command) {
    return std::holds_alternative<domain::ReserveSeats>(command) ||
           std::holds_alternative<domain::ConfirmReservation>(command) ||
           std::holds_alternative<domain::CancelReservation>(command) ||
           std::holds_alternative<domain::ExtendReservation>(command);
}

bool is_about_keys(const domain::Command& command) {
    return std::holds_alternative<domain::CreateApiKey>(command) ||
           std::holds_alternative<domain::RevokeApiKey>(command);
}

SliceReader::SliceReader(std::span<const domain::Command> commands, Instant floor) : floor_{floor} {
    for (const auto& command : commands)
        std::visit([this](const auto& one) { note(one); }, command);
    sort_unique(events_);
    sort_unique(buyers_);
    sort_unique(seats_);
    sort_unique(changed_);
    sort_unique(keys_);
}

void SliceReader::lock(std::int64_t key, Lock how) {
    auto& lock = event_locks_.try_emplace(key, how).first->second;
    lock = std::max(lock, how);
}

void SliceReader::use(EventId event, Lock how) {
    lock(lock_key(event), how);
    events_.push_back(event);
}

void SliceReader::note(const domain::CreateEvent&) {
}

void SliceReader::note(const domain::UpdateEvent& command) {
    use(command.event, Lock::alone);
    sales_of_ = command.event;
}

void SliceReader::note(const domain::DeleteEvent& command) {
    use(command.event, Lock::alone);
    sales_of_ = command.event;
}

void SliceReader::note(const domain::AddSeats& command) {
    use(command.event, Lock::shared);
    lock(adders_key(command.event), Lock::alone);
    adding_ = &command;
}

void SliceReader::note(const domain::ReserveSeats& command) {
    use(command.event, Lock::shared);
    buyers_.emplace_back(command.event, command.user);
    seats_.insert(seats_.end(), command.seats.begin(), command.seats.end());
    keys_.push_back(command.request.key);
}

void SliceReader::note(const domain::ConfirmReservation& command) {
    changed_.push_back(command.reservation);
}

void SliceReader::note(const domain::CancelReservation& command) {
    changed_.push_back(command.reservation);
}

void SliceReader::note(const domain::ExtendReservation& command) {
    changed_.push_back(command.reservation);
}

void SliceReader::note(const domain::ExpireHolds& command) {
    expire_at_most_ = command.at_most;
}

void SliceReader::note(const domain::CreateApiKey&) {
    lock(kApiKeysKey, Lock::alone);
    api_key_ = ApiKeyId{};
}

void SliceReader::note(const domain::RevokeApiKey& command) {
    lock(kApiKeysKey, Lock::alone);
    api_key_ = command.key;
}

std::vector<PgQuery> SliceReader::begin() const {
    std::vector<PgQuery> queries{{kBegin}};
    const auto buyers = [this] {
        PgParams params;
        params.add_array(buyers_, &std::pair<EventId, std::string>::first);
        params.add_array(buyers_, &std::pair<EventId, std::string>::second);
        return params;
    };
    const auto array = [](const auto& values) {
        PgParams params;
        params.add_array(values);
        return params;
    };
    if (!event_locks_.empty()) {
        auto& params = queries.emplace_back(PgQuery{kLockEvents}).params;
        params.add_array(event_locks_, [](const auto& lock) { return lock.first; });
        params.add_array(event_locks_, [](const auto& lock) { return lock.second == Lock::alone; });
    }
    if (!buyers_.empty()) queries.push_back({kLockBuyers, buyers()});
    if (!changed_.empty() || !seats_.empty()) {
        auto& seats = queries.emplace_back(PgQuery{kLockSeats, array(seats_)}).params;
        seats.add_array(changed_);
        seats.add(floor_);
        auto& held = queries.emplace_back(PgQuery{kLockReservations, array(changed_)}).params;
        held.add_array(seats_);
        held.add(floor_);
    }
    if (sales_of_) queries.push_back({kNow});
    // From here on rows are read: take_begin() goes by how many statements follow.
    auto& params = queries.emplace_back(PgQuery{kReadReservations, array(changed_)}).params;
    params.add_array(keys_);
    if (!buyers_.empty()) queries.push_back({kReadBuyers, buyers()});
    if (sales_of_) queries.push_back({kReadSales, PgParams::of(*sales_of_, floor_)});
    if (expire_at_most_ > 0) {
        queries.push_back({kReadExpired, PgParams::of(static_cast<std::int32_t>(expire_at_most_))});
    }
    if (adding_ != nullptr) {
        auto& names =
            queries.emplace_back(PgQuery{kReadNumbers, PgParams::of(adding_->event)}).params;
        names.add_array(adding_->block->seats, &domain::SeatSpec::number);
    }
    return queries;
}

void SliceReader::take_begin(const std::vector<PgResult>& results) {
    const std::size_t reads = 1 + std::size_t{!buyers_.empty()} +
                              std::size_t{sales_of_.has_value()} + std::size_t{expire_at_most_ > 0};
    const std::size_t numbers = adding_ != nullptr ? 1 : 0;
    if (!changed_.empty() || !seats_.empty()) {
        const auto place = 1 + std::size_t{!event_locks_.empty()} + std::size_t{!buyers_.empty()};
        for (int row = 0; row < results[place].rows(); ++row)
            locked_seats_.insert(SeatId{results[place].uuid(row, 0)});
        for (int row = 0; row < results[place + 1].rows(); ++row)
            locked_reservations_.insert(ReservationId{results[place + 1].uuid(row, 0)});
    }
    const auto rows = std::span{results}.last(reads + numbers);
    for (const auto& result : rows.first(reads)) {
        for (int row = 0; row < result.rows(); ++row)
            reservations_.push_back(read_reservation(result, row));
    }
    for (const auto& record : reservations_) {
        const bool is_open = record.now.status == ReservationStatus::pending;
        if (is_open && !locked_reservations_.contains(record.now.id))
            open_elsewhere_.insert(record.now.id);
    }
    if (sales_of_) {
        sales_asked_at_ = std::max(floor_, results[results.size() - rows.size() - 1].instant(0, 0));
        const auto& sales = rows[buyers_.empty() ? 1 : 2];
        for (int row = 0; row < sales.rows(); ++row)
            sales_.push_back(read_reservation(sales, row).now);
    }
    if (adding_ != nullptr) {
        for (int row = 0; row < results.back().rows(); ++row)
            taken_numbers_.push_back(SeatId{results.back().uuid(row, 0)});
    }
    const auto by_id = [](const ReservationRecord& record) { return record.now.id; };
    std::ranges::sort(reservations_, {}, by_id);
    const auto again = std::ranges::unique(reservations_, {}, by_id);
    reservations_.erase(again.begin(), again.end());
}

std::vector<PgQuery> SliceReader::read() const {
    auto events = events_;
    auto seats = seats_;
    seats.insert(seats.end(), taken_numbers_.begin(), taken_numbers_.end());
    for (const auto& record : reservations_) {
        events.push_back(record.now.event);
        seats.insert(seats.end(), record.now.seats.begin(), record.now.seats.end());
    }
    sort_unique(events);
    sort_unique(seats);
    std::vector<PgQuery> queries{{kReadEvents}, {kReadSeats}, {kNow}};
    queries[0].params.add_array(events);
    queries[1].params.add_array(seats);
    if (api_key_) queries.push_back({kReadApiKeys, PgParams::of(*api_key_)});
    return queries;
}

bool SliceReader::fill(Slice& slice, const std::vector<PgResult>& results) {
    CHECK(results.size() == (api_key_ ? 4 : 3));
    slice.now = std::max(floor_, results[2].instant(0, 0));
    if (has_lost_witness(slice.now)) return false;
    domain::SliceLoader loader{slice.inventory};
    std::vector<EventRecord> events;
    events.reserve(static_cast<std::size_t>(results[0].rows()));
    for (int row = 0; row < results[0].rows(); ++row)
        events.push_back(read_event(results[0], row));
    for (const auto& record : events)
        loader.add_event(record.event);
    take_seats(slice, results[1]);
    load_reservations(slice);
    for (int row = 0; api_key_ && row < results[3].rows(); ++row)
        loader.add_api_key(read_api_key(results[3], row));
    for (const auto& record : events) {
        loader.set_seats_total(record.event.id, record.seats_total);
        if (record.is_deleted) loader.set_deleted(record.event.id);
    }
    return true;
}

bool SliceReader::is_decidable(const Slice& slice, const domain::Command& command) const {
    const auto* reserve = std::get_if<domain::ReserveSeats>(&command);
    if (reserve != nullptr) {
        return std::ranges::all_of(reserve->seats, [&](SeatId id) {
            return has_seat(slice, id, reserve->request.key);
        });
    }
    if (const auto* confirm = std::get_if<domain::ConfirmReservation>(&command))
        return has_reservation(slice, confirm->reservation);
    if (const auto* cancel = std::get_if<domain::CancelReservation>(&command))
        return has_reservation(slice, cancel->reservation);
    if (const auto* extend = std::get_if<domain::ExtendReservation>(&command))
        return has_reservation(slice, extend->reservation);
    return true;
}

/// Whether it's known who has the seat, and it's locked if it can be taken. That it is another's by
/// the same request means that this one came to two nodes, and was looked for a moment too early:
/// nobody was found, or who used the key a day ago.
bool SliceReader::has_seat(const Slice& slice, SeatId id, Bits128 request_key) const {
    const auto read = slice.seats.find(id);
    if (read == slice.seats.end()) return true;
    const auto& [holder, until, holders_key] = read->second;
    const bool has_run_out = until && *until <= slice.now;
    if (holder && !has_run_out) {
        const auto known = slice.keys.find(request_key);
        return holders_key != request_key || (known != slice.keys.end() && known->second == holder);
    }
    return locked_seats_.contains(id) && (!holder || locked_reservations_.contains(*holder));
}

/// Whether the reservation is locked with its seats, unless it has ended for good.
bool SliceReader::has_reservation(const Slice& slice, ReservationId id) const {
    if (open_elsewhere_.contains(id)) return false;
    const auto* row = slice.inventory.find_reservation(id);
    if (row == nullptr || row->status != ReservationStatus::pending) return true;
    const auto& event = slice.inventory.event(row->event);
    return std::ranges::all_of(row->seats, [&](std::uint32_t seat) {
        return locked_seats_.contains(domain::Inventory::seat_id(event, seat));
    });
}

/// The hold that was to show that there are sales was cancelled while its lock was waited for, or
/// has run out since: others that weren't read may still hold.
bool SliceReader::has_lost_witness(Instant now) const {
    const auto holds = [&](const domain::Reservation& one) {
        return one.status == ReservationStatus::confirmed ||
               (one.status == ReservationStatus::pending && one.expires_at > now);
    };
    const auto had_run_out = [&](const domain::Reservation& one) {
        return one.status == ReservationStatus::pending && one.expires_at <= sales_asked_at_;
    };
    return std::ranges::none_of(sales_, holds) && !std::ranges::all_of(sales_, had_run_out);
}

/// Who has a seat is what the seat's own row says: that row is what a write is checked against. A
/// reservation that was read before it, and not locked, may have ended since.
void SliceReader::take_seats(Slice& slice, const PgResult& rows) {
    HashMap<ReservationId, std::size_t> places;
    for (std::size_t i = 0; i < reservations_.size(); ++i)
        places.emplace(reservations_[i].now.id, i);
    std::vector<bool> is_holder(reservations_.size(), false);
    domain::SliceLoader loader{slice.inventory};
    for (int row = 0; row < rows.rows(); ++row) {
        auto seat = read_seat(rows, row);
        // A seat of an event that nobody asked for is a seat that isn't there.
        if (slice.inventory.find_event(seat.event) == nullptr) continue;
        loader.add_seat(seat.event, seat.id, std::move(seat.spec));
        slice.seats[seat.id] = {seat.holder, seat.held_until, seat.request_key};
        if (!seat.reservation || !has_seats(*seat.reservation)) continue;
        const auto [place, is_new] = places.emplace(*seat.holder, reservations_.size());
        if (is_new) {
            reservations_.push_back(std::move(*seat.reservation));
            reservations_.back().now.seats.push_back(seat.id);
            is_holder.push_back(true);
            continue;
        }
        auto& record = reservations_[place->second];
        if (!is_holder[place->second]) {
            record.now.status = seat.reservation->now.status;
            record.now.expires_at = seat.reservation->now.expires_at;
            record.now.confirmed_at = seat.reservation->now.confirmed_at;
            is_holder[place->second] = true;
        } else if (std::ranges::find(record.now.seats, seat.id) == record.now.seats.end()) {
            record.now.seats.push_back(seat.id);
        }
    }
    for (std::size_t i = 0; i < reservations_.size(); ++i) {
        if (is_holder[i] || !has_seats(reservations_[i])) continue;
        auto& ended = reservations_[i].now;
        ended.status = ended.expires_at <= slice.now ? ReservationStatus::expired
                                                     : ReservationStatus::cancelled;
    }
}

void SliceReader::load_reservations(Slice& slice) {
    std::ranges::sort(reservations_, {}, [](const ReservationRecord& record) {
        return std::tuple{has_seats(record), record.now.created_at, record.now.id};
    });
    domain::SliceLoader loader{slice.inventory};
    for (const auto& record : reservations_) {
        slice.ends[record.now.id] = record.now.expires_at;
        slice.keys[record.request.key] = record.now.id;
        loader.add_reservation(record);
    }
}

}  // namespace frontrow::store::postgres
