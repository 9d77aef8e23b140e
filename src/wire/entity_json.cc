#include "wire/entity_json.h"

#include "wire/allocation_fields.h"
#include "wire/category_fields.h"
#include "wire/fields.h"
#include "wire/held_back.h"
#include "wire/spec_json.h"
#include "wire/status_names.h"

#include <algorithm>
#include <optional>

namespace frontrow::wire {
namespace {

using namespace domain;

void write_seat(
    JsonWriter& json,
    SeatId id,
    EventId event,
    const SeatSpec& spec,
    SeatStatus status
) {
    json.begin_object();
    json.field("id", id);
    json.field("event_id", event);
    write_seat_spec(json, spec);
    json.field("status", name_of(status));
    json.end_object();
}

void write_reservation(
    JsonWriter& json,
    const Reservation& reservation,
    std::optional<Millis> expires_in
) {
    json.begin_object();
    json.field("id", reservation.id);
    json.field("event_id", reservation.event);
    json.field("user_id", reservation.user);
    json.key("seat_ids");
    json.begin_array();
    for (const auto seat : reservation.seats)
        json.value(seat);
    json.end_array();
    FieldsWriter{json}("items", reservation.items);
    json.field("status", name_of(reservation.status));
    json.field("total_amount", reservation.total_amount);
    json.field("currency", reservation.currency.code());
    json.field("expires_at", reservation.expires_at);
    if (expires_in) json.field("expires_in_ms", expires_in->count());
    if (reservation.confirmed_at) json.field("confirmed_at", *reservation.confirmed_at);
    json.field("created_at", reservation.created_at);
    json.end_object();
}

void write_api_key(JsonWriter& json, const ApiKey& key) {
    json.field("id", key.id);
    json.field("name", key.name);
    json.field("role", name_of(key.role));
    json.field("account", account_of(key));
    json.field("prefix", key.prefix);
    json.field("created_at", key.created_at);
    json.field("created_by", key.created_by);
    if (key.revoked_at) json.field("revoked_at", *key.revoked_at);
}

}  // namespace

void append_event(std::string& out, const domain::Event& event, Instant now) {
    JsonWriter json{out};
    json.begin_object();
    json.field("id", event.id);
    write_event_spec(json, event.spec);
    // An answer has the default, too, which a fact doesn't have.
    if (event.spec.best_seats == SeatPreference{})
        json.field("best_seats", name_of(event.spec.best_seats));
    if (const auto exponent = event.spec.currency.exponent())
        json.field("currency_exponent", *exponent);
    json.field("sale_state", name_of(sale_state(event, now)));
    json.field("created_at", event.created_at);
    json.field("updated_at", event.updated_at);
    json.end_object();
}

void append_seat(std::string& out, const domain::SeatView& seat) {
    JsonWriter json{out};
    write_seat(
        json,
        seat.block->first_id.plus(seat.index),
        seat.event,
        seat.block->seats[seat.index],
        seat.status
    );
}

void append_reservation(std::string& out, const domain::Reservation& reservation, Instant now) {
    JsonWriter json{out};
    std::optional<Millis> expires_in;
    // The hold may have ended since the reservation was read.
    if (reservation.status == ReservationStatus::pending)
        expires_in = std::max(reservation.expires_at - now, Millis{0});
    write_reservation(json, reservation, expires_in);
}

void append_past_reservation(std::string& out, const domain::Reservation& reservation) {
    JsonWriter json{out};
    write_reservation(json, reservation, std::nullopt);
}

void append_member(std::string& out, const domain::Member& member) {
    JsonWriter json{out};
    json.begin_object();
    json.field("sub", member.sub);
    json.field("role", name_of(member.role));
    json.field("added_at", member.added_at);
    json.end_object();
}

void append_allocation(std::string& out, const domain::AllocationView& view) {
    const auto& allocation = *view.allocation;
    JsonWriter json{out};
    json.begin_object();
    FieldsWriter fields{json};
    fields("name", allocation.name);
    fields.unless_empty("seat_ids", allocation.seats);
    if (allocation.seats.empty()) {
        fields("category", allocation.category);
        fields("quantity", allocation.quantity);
    }
    fields("limit", allocation.limit.value_or(allocation.size()));
    fields("limit_per_user", allocation.limit_per_user);
    fields("until", allocation.until);
    fields("codes", allocation.codes.size());
    fields("used", view.used);
    fields("left", view.left());
    json.end_object();
}

void append_category(std::string& out, const domain::CategoryView& view) {
    JsonWriter json{out};
    json.begin_object();
    FieldsWriter fields{json};
    describe(fields, view.category);
    json.field("available", view.available());
    json.end_object();
}

void append_api_key(std::string& out, const domain::ApiKey& key) {
    JsonWriter json{out};
    json.begin_object();
    write_api_key(json, key);
    json.end_object();
}

void append_new_api_key(std::string& out, const domain::ApiKey& key, std::string_view text) {
    JsonWriter json{out};
    json.begin_object();
    write_api_key(json, key);
    json.field("key", text);
    json.end_object();
}

void append_seats(std::string& out, const domain::SeatList& list) {
    std::size_t seats = 0;
    for (const auto& run : list.runs)
        seats += run.statuses.size();
    out.reserve(out.size() + seats * kSeatBytes + 2);
    JsonWriter json{out};
    json.begin_array();
    for (const auto& run : list.runs) {
        for (std::size_t i = 0; i < run.statuses.size(); ++i) {
            const auto index = run.first + i;
            write_seat(
                json,
                run.block->first_id.plus(index),
                list.event,
                run.block->seats[index],
                run.statuses[i]
            );
        }
    }
    json.end_array();
}

void append_new_seats(
    std::string& out,
    EventId event,
    const domain::SeatBlock& block,
    const std::vector<domain::HeldBackSeats>& held_back
) {
    out.reserve(out.size() + block.seats.size() * kSeatBytes + 2);
    const auto allocations = allocations_by_seat(held_back, block.seats.size());
    JsonWriter json{out};
    json.begin_array();
    for (std::size_t i = 0; i < block.seats.size(); ++i) {
        const bool is_held_back = !allocations.empty() && allocations[i] != nullptr;
        const auto status = is_held_back ? SeatStatus::held_back : SeatStatus::available;
        write_seat(json, block.first_id.plus(i), event, block.seats[i], status);
    }
    json.end_array();
}

void append_checked_seats(
    std::string& out,
    const std::vector<SeatSpec>& seats,
    const std::vector<domain::HeldBackSeats>& held_back
) {
    out.reserve(out.size() + seats.size() * kSeatBytes + 32);
    const auto allocations = allocations_by_seat(held_back, seats.size());
    JsonWriter json{out};
    json.begin_object();
    json.field("count", static_cast<std::int64_t>(seats.size()));
    json.key("seats");
    json.begin_array();
    for (std::size_t i = 0; i < seats.size(); ++i) {
        json.begin_object();
        write_seat_spec(json, seats[i]);
        if (!allocations.empty() && allocations[i] != nullptr)
            json.field("allocation", *allocations[i]);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

}  // namespace frontrow::wire
