#include "store/postgres/rows.h"

#include "base/check.h"

#include <algorithm>

namespace frontrow::store::postgres {
namespace {

using domain::PaymentRule;
using domain::ReservationStatus;
using io::postgres::PgParams;
using io::postgres::PgResult;

constexpr std::string_view kStatusNames[] = {"pending", "confirmed", "cancelled", "expired"};

ReservationStatus status_of(std::string_view name) {
    for (std::size_t i = 0; i < std::size(kStatusNames); ++i) {
        if (kStatusNames[i] == name) return static_cast<ReservationStatus>(i);
    }
    CHECK(false);
}

Currency currency_of(std::string_view code) {
    const auto currency = Currency::parse(code);
    CHECK(currency);
    return *currency;
}

std::optional<std::int32_t> optional_int(std::optional<std::uint32_t> number) {
    return number ? std::optional{static_cast<std::int32_t>(*number)} : std::nullopt;
}

}  // namespace

std::string_view name_of(ReservationStatus status) {
    return kStatusNames[static_cast<std::size_t>(status)];
}

EventRecord read_event(const PgResult& result, int row) {
    int column = 0;
    EventRecord record;
    auto& event = record.event;
    auto& spec = event.spec;
    event.id = EventId{result.uuid(row, column++)};
    spec.name = result.text(row, column++);
    spec.description = result.text(row, column++);
    spec.venue = result.text(row, column++);
    spec.start_at = result.instant(row, column++);
    spec.end_at = result.instant(row, column++);
    spec.total_seats = result.int8(row, column++);
    spec.sales_start_at = result.maybe(&PgResult::instant, row, column++);
    spec.hold = std::chrono::seconds{result.int4(row, column++)};
    spec.max_seats_per_reservation = static_cast<std::uint32_t>(result.int4(row, column++));
    if (const auto limit = result.maybe(&PgResult::int4, row, column++))
        spec.max_seats_per_user = static_cast<std::uint32_t>(*limit);
    spec.currency = currency_of(result.text(row, column++));
    spec.payment =
        result.text(row, column++) == "required" ? PaymentRule::required : PaymentRule::none;
    event.created_by = result.text(row, column++);
    event.created_at = result.instant(row, column++);
    event.updated_at = result.instant(row, column++);
    event.version = static_cast<std::uint32_t>(result.int4(row, column++));
    record.seats_total = static_cast<std::uint32_t>(result.int4(row, column++));
    record.is_deleted = result.boolean(row, column++);
    return record;
}

PgParams event_params(const domain::Event& event) {
    const auto& spec = event.spec;
    return PgParams::of(
        event.id,
        spec.name,
        spec.description,
        spec.venue,
        spec.start_at,
        spec.end_at,
        spec.total_seats,
        spec.sales_start_at,
        static_cast<std::int32_t>(spec.hold.count()),
        static_cast<std::int32_t>(spec.max_seats_per_reservation),
        optional_int(spec.max_seats_per_user),
        spec.currency.code(),
        std::string_view{spec.payment == PaymentRule::required ? "required" : "none"},
        event.created_by,
        event.created_at,
        event.updated_at,
        static_cast<std::int32_t>(event.version)
    );
}

domain::ReservationRecord read_reservation(const PgResult& result, int row) {
    int column = 0;
    domain::ReservationRecord record;
    auto& now = record.now;
    now.id = ReservationId{result.uuid(row, column++)};
    now.event = EventId{result.uuid(row, column++)};
    now.user = result.text(row, column++);
    for (const auto seat : result.uuid_array(row, column++))
        now.seats.push_back(SeatId{seat});
    now.status = status_of(result.text(row, column++));
    now.total_amount = result.int8(row, column++);
    now.currency = currency_of(result.text(row, column++));
    now.created_at = result.instant(row, column++);
    record.first_expires_at = result.instant(row, column++);
    now.expires_at = result.instant(row, column++);
    now.confirmed_at = result.maybe(&PgResult::instant, row, column++);
    record.request.key = result.maybe(&PgResult::uuid, row, column++).value_or(now.id.bits());
    record.request.content = result.uuid(row, column++);
    return record;
}

SeatRecord read_seat(const PgResult& result, int row) {
    int column = 0;
    SeatRecord seat;
    seat.id = SeatId{result.uuid(row, column++)};
    seat.event = EventId{result.uuid(row, column++)};
    seat.spec.number = result.text(row, column++);
    seat.spec.price = result.int8(row, column++);
    if (const auto holder = result.maybe(&PgResult::uuid, row, column++))
        seat.holder = ReservationId{*holder};
    seat.held_until = result.maybe(&PgResult::instant, row, column++);
    if (!seat.holder) return seat;
    domain::ReservationRecord record;
    auto& now = record.now;
    now.id = *seat.holder;
    now.event = seat.event;
    now.user = result.text(row, column++);
    now.status = status_of(result.text(row, column++));
    now.total_amount = result.int8(row, column++);
    now.currency = currency_of(result.text(row, column++));
    now.created_at = result.instant(row, column++);
    record.first_expires_at = result.instant(row, column++);
    now.expires_at = result.instant(row, column++);
    now.confirmed_at = result.maybe(&PgResult::instant, row, column++);
    record.request = {.key = now.id.bits(), .content = result.uuid(row, column++)};
    seat.reservation = std::move(record);
    seat.request_key = result.maybe(&PgResult::uuid, row, column++);
    return seat;
}

domain::ApiKey read_api_key(const PgResult& result, int row) {
    domain::ApiKey key;
    key.id = ApiKeyId{result.uuid(row, 0)};
    const auto digest = result.bytea(row, 1);
    CHECK(digest.size() == key.digest.size());
    std::ranges::copy(digest, key.digest.begin());
    key.created_at = result.instant(row, 2);
    key.revoked_at = result.maybe(&PgResult::instant, row, 3);
    return key;
}

}  // namespace frontrow::store::postgres
