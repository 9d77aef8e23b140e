#include "store/postgres/slice_writer.h"

#include "base/check.h"
#include "store/postgres/statements.h"
#include "wire/fact_json.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace frontrow::store::postgres {
namespace {

using domain::ReservationStatus;
using io::postgres::PgParams;
using io::postgres::PgQuery;
using ReservationRow = domain::Inventory::ReservationRow;

struct SeatWrite {
    SeatId id;
    SeatRead now;
    SeatRead read;
};

struct ReservationWrite {
    domain::Reservation entity;
    Instant first_expires_at;
    domain::RequestMark request;
    /// For a new one: where in the list of all seats its own are, from 1.
    std::int32_t first = 0;
    std::int32_t last = 0;
    Instant end_read;
};

/// Collects what the facts have touched, and writes each thing once, as it is in the end.
class SliceWriter {
public:
    explicit SliceWriter(const Slice& slice) : slice_{slice} {}

    void take(const domain::Fact& fact) {
        std::visit([&](const auto& body) { touch(fact.event, body); }, fact.body);
        std::string line;
        wire::append_fact(line, fact);
        constexpr std::string_view kUnnumbered = "{\"seq\":0";
        CHECK(line.starts_with(kUnnumbered));
        lines_.push_back(line.substr(kUnnumbered.size()));
    }

    std::vector<PgQuery> queries() {
        write_seats();
        write_reservations();
        for (const auto event : deleted_)
            queries_.push_back({kDeleteEvent, PgParams::of(event)});
        auto& lines = queries_.emplace_back(PgQuery{kInsertFacts}).params;
        lines.add_array(lines_);
        queries_.push_back({kCommit});
        return std::move(queries_);
    }

private:
    void touch(EventId event, const domain::EventCreated&) {
        queries_.push_back({kInsertEvent, event_params(event_of(event))});
    }
    void touch(EventId event, const domain::EventUpdated&) {
        queries_.push_back({kUpdateEvent, event_params(event_of(event))});
    }
    void touch(EventId event, const domain::EventDeleted&) { deleted_.push_back(event); }
    void touch(EventId event, const domain::SeatsAdded& body);
    void touch(EventId, const domain::ReservationHeld& body) {
        new_.insert(body.reservation);
        seats_.insert(body.seats.begin(), body.seats.end());
        if (const auto known = slice_.keys.find(body.request.key); known != slice_.keys.end())
            forgotten_.push_back(known->second);
    }
    void touch(EventId, const domain::ReservationConfirmed& body) { touch_whole(body.reservation); }
    void touch(EventId, const domain::ReservationCancelled& body) { touch_whole(body.reservation); }
    void touch(EventId, const domain::ReservationExtended& body) { touch_whole(body.reservation); }
    /// Its seats are free by the time alone. To write them would take their locks after the
    /// reservation's, against the order.
    void touch(EventId, const domain::ReservationExpired& body) {
        changed_.insert(body.reservation);
    }

    void touch(EventId, const domain::ApiKeyCreated& body) {
        const std::span<const std::uint8_t> digest{body.digest};
        queries_.push_back({kInsertApiKey, PgParams::of(body.key, digest, slice_.now)});
    }
    void touch(EventId, const domain::ApiKeyRevoked& body) {
        queries_.push_back({kRevokeApiKey, PgParams::of(body.key, slice_.now)});
    }

    void touch_whole(ReservationId id) {
        changed_.insert(id);
        const auto& row = row_of(id);
        for (const auto seat : row.seats)
            seats_.insert(domain::Inventory::seat_id(slice_.inventory.event(row.event), seat));
    }

    const domain::Event& event_of(EventId id) const {
        const auto* row = slice_.inventory.find_event(id);
        CHECK(row != nullptr);
        return row->event;
    }
    const ReservationRow& row_of(ReservationId id) const {
        const auto* row = slice_.inventory.find_reservation(id);
        CHECK(row != nullptr);
        return *row;
    }

    void write_seats();
    void write_reservations();
    void insert(std::vector<ReservationWrite> rows);
    void update(const std::vector<ReservationWrite>& rows);

    const Slice& slice_;
    std::vector<PgQuery> queries_;
    std::set<SeatId> seats_;
    std::set<ReservationId> new_;
    std::set<ReservationId> changed_;
    std::vector<EventId> deleted_;
    /// Whose keys are used anew.
    std::vector<ReservationId> forgotten_;
    std::vector<std::string> lines_;
};

void SliceWriter::touch(EventId event, const domain::SeatsAdded& body) {
    const auto& seats = body.block->seats;
    std::vector<SeatId> ids;
    ids.reserve(seats.size());
    for (std::uint64_t i = 0; i < seats.size(); ++i)
        ids.push_back(body.block->first_id.plus(i));
    const auto coordinate = [](auto member) {
        return [member](const domain::SeatSpec& seat) {
            return seat.position ? *seat.position.*member : std::optional<double>{};
        };
    };
    auto& params = queries_.emplace_back(PgQuery{kInsertSeats}).params;
    params.add_array(ids);
    params.add(event);
    params.add_array(seats, &domain::SeatSpec::number);
    params.add_array(seats, &domain::SeatSpec::section);
    params.add_array(seats, &domain::SeatSpec::row);
    params.add_array(seats, &domain::SeatSpec::price);
    params.add_array(seats, coordinate(&domain::Position::x));
    params.add_array(seats, coordinate(&domain::Position::y));
    queries_.push_back({kCountSeats, PgParams::of(event, static_cast<std::int32_t>(seats.size()))});
}

void SliceWriter::write_seats() {
    std::vector<SeatWrite> writes;
    for (const auto id : seats_) {
        const auto place = slice_.inventory.find_seat(id);
        CHECK(place);
        const auto holder = slice_.inventory.event(place->event).holders[place->seat];
        SeatRead now;
        if (holder != domain::kNobody) {
            const auto& row = slice_.inventory.reservation(holder);
            now.holder = row.id;
            if (row.status == ReservationStatus::pending) now.until = row.expires_at;
        }
        const auto read = slice_.seats.find(id);
        CHECK(read != slice_.seats.end());
        if (now.holder != read->second.holder || now.until != read->second.until)
            writes.push_back({id, now, read->second});
    }
    if (writes.empty()) return;
    auto& params = queries_.emplace_back(PgQuery{kWriteSeats}).params;
    params.add_array(writes, &SeatWrite::id);
    params.add_array(writes, [](const auto& write) { return write.now.holder; });
    params.add_array(writes, [](const auto& write) { return write.now.until; });
    params.add_array(writes, [](const auto& write) { return write.read.holder; });
    params.add_array(writes, [](const auto& write) { return write.read.until; });
    params.add(static_cast<std::int64_t>(writes.size()));
}

void SliceWriter::write_reservations() {
    const auto as_it_is = [this](ReservationId id) {
        const auto& row = row_of(id);
        ReservationWrite write{
            // As its facts left it: its end is compared with no clock here.
            .entity = slice_.inventory.entity(row, Instant::min()),
            .first_expires_at = row.created_at + Millis{row.hold_ms},
            .request = row.request,
            .end_read = {},
        };
        if (const auto read = slice_.ends.find(id); read != slice_.ends.end())
            write.end_read = read->second;
        return write;
    };
    std::vector<ReservationWrite> made;
    made.reserve(new_.size());
    for (const auto id : new_)
        made.push_back(as_it_is(id));
    std::vector<ReservationWrite> changed;
    for (const auto id : changed_) {
        if (!new_.contains(id)) changed.push_back(as_it_is(id));
    }
    if (!changed.empty()) update(changed);
    if (!made.empty()) insert(std::move(made));
}

void SliceWriter::insert(std::vector<ReservationWrite> rows) {
    if (!forgotten_.empty()) {
        auto& old = queries_.emplace_back(PgQuery{kForgetRequests}).params;
        old.add_array(forgotten_);
    }
    std::vector<SeatId> seats;
    for (auto& row : rows) {
        row.first = static_cast<std::int32_t>(seats.size()) + 1;
        seats.insert(seats.end(), row.entity.seats.begin(), row.entity.seats.end());
        row.last = static_cast<std::int32_t>(seats.size());
    }
    const auto entity = [](auto member) {
        return [member](const ReservationWrite& row) { return row.entity.*member; };
    };
    using domain::Reservation;
    auto& params = queries_.emplace_back(PgQuery{kInsertReservations}).params;
    params.add_array(rows, entity(&Reservation::id));
    params.add_array(rows, entity(&Reservation::event));
    params.add_array(rows, entity(&Reservation::user));
    params.add_array(seats);
    params.add_array(rows, &ReservationWrite::first);
    params.add_array(rows, &ReservationWrite::last);
    params.add_array(rows, [](const auto& row) { return name_of(row.entity.status); });
    params.add_array(rows, entity(&Reservation::total_amount));
    params.add_array(rows, [](const auto& row) { return row.entity.currency.code(); });
    params.add_array(rows, entity(&Reservation::created_at));
    params.add_array(rows, &ReservationWrite::first_expires_at);
    params.add_array(rows, entity(&Reservation::expires_at));
    params.add_array(rows, entity(&Reservation::confirmed_at));
    params.add_array(rows, [](const auto& row) { return row.request.key; });
    params.add_array(rows, [](const auto& row) { return row.request.content; });
}

void SliceWriter::update(const std::vector<ReservationWrite>& rows) {
    auto& params = queries_.emplace_back(PgQuery{kUpdateReservations}).params;
    params.add_array(rows, [](const auto& row) { return row.entity.id; });
    params.add_array(rows, [](const auto& row) { return name_of(row.entity.status); });
    params.add_array(rows, [](const auto& row) { return row.entity.expires_at; });
    params.add_array(rows, [](const auto& row) { return row.entity.confirmed_at; });
    params.add_array(rows, &ReservationWrite::end_read);
    params.add(static_cast<std::int64_t>(rows.size()));
}

}  // namespace

std::vector<PgQuery> write_queries(const Slice& slice, std::span<const domain::Fact> facts) {
    SliceWriter writer{slice};
    for (const auto& fact : facts)
        writer.take(fact);
    return writer.queries();
}

}  // namespace frontrow::store::postgres
