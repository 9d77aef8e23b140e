#include "wire/seat_dialect.h"

#include "wire/fields.h"
#include "wire/json_writer.h"
#include "wire/parse_object.h"
#include "wire/payment_token.h"
#include "wire/spec_json.h"
#include "wire/status_names.h"

#include <utility>

namespace frontrow::wire {
namespace {

std::optional<std::chrono::seconds> read_hold_seconds(ObjectReader& in, IntegerBounds bounds) {
    const auto count = in.optional_integer("holdSeconds", bounds);
    return count ? std::optional{std::chrono::seconds{*count}} : std::nullopt;
}

/// `hold_seconds` as `holdSeconds`.
std::string in_camel_case(std::string_view field) {
    std::string name;
    bool is_first_of_word = false;
    for (const char c : field) {
        if (c == '_') {
            is_first_of_word = true;
            continue;
        }
        const bool is_letter = c >= 'a' && c <= 'z';
        name += std::exchange(is_first_of_word, false) && is_letter
                    ? static_cast<char>(c - 'a' + 'A')
                    : c;
    }
    return name;
}

void write_seat(
    JsonWriter& json,
    EventId event,
    SeatId id,
    const domain::SeatSpec& spec,
    domain::SeatStatus status
) {
    json.begin_object();
    json.field("id", id);
    json.field("eventId", event);
    json.field("seatNumber", spec.number);
    FieldsWriter fields{json};
    fields.unless_empty("section", spec.section);
    fields.unless_empty("row", spec.row);
    json.field("price", spec.price);
    json.field("status", name_of(status));
    json.end_object();
}

}  // namespace

Result<SeatHoldRequest, ParseError> parse_seat_hold_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        SeatHoldRequest request;
        request.event = in.id<EventId>("eventId");
        request.seat = in.id<SeatId>("seatId");
        request.hold = read_hold_seconds(in, kHoldSeconds);
        return request;
    });
}

Result<std::optional<std::chrono::seconds>, ParseError> parse_seat_extension_request(
    std::string_view body
) {
    if (body.empty()) return std::nullopt;
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        return read_hold_seconds(in, kExtensionSeconds);
    });
}

Result<SeatOrderRequest, ParseError> parse_seat_order_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        SeatOrderRequest request;
        request.event = in.id<EventId>("eventId");
        request.seat = in.id<SeatId>("seatId");
        request.contact = read_contact(in);
        return request;
    });
}

Result<SeatPaymentRequest, ParseError> parse_seat_payment_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        SeatPaymentRequest request;
        request.order = in.id<OrderId>("orderId");
        request.token = read_payment_token(in);
        return request;
    });
}

std::string canonical(const SeatOrderRequest& request) {
    return write_fields([&](FieldsWriter& fields) {
        fields("eventId", request.event);
        fields("seatId", request.seat);
        fields.unless_empty("email", request.contact.email);
        fields.unless_empty("locale", request.contact.locale);
    });
}

void append_event_in_seat_dialect(std::string& out, const domain::Event& event, Instant now) {
    const auto& spec = event.spec;
    JsonWriter json{out};
    json.begin_object();
    json.field("id", event.id);
    json.field("name", spec.name);
    json.field("description", spec.description);
    json.field("venue", spec.venue);
    json.field("startAt", spec.start_at);
    json.field("endAt", spec.end_at);
    json.field("holdSeconds", spec.hold.count());
    json.field("currency", spec.currency.code());
    json.field("saleState", name_of(sale_state(event, now)));
    json.end_object();
}

void append_seats_in_seat_dialect(std::string& out, const domain::SeatList& list) {
    JsonWriter json{out};
    json.begin_array();
    for (const auto& run : list.runs) {
        for (std::uint32_t i = 0; i < run.statuses.size(); ++i) {
            const auto at = run.first + i;
            write_seat(
                json,
                list.event,
                run.block->first_id.plus(at),
                run.block->seats[at],
                run.statuses[i]
            );
        }
    }
    json.end_array();
}

void append_held_seat(std::string& out, const domain::Reservation& reservation, SeatId seat) {
    JsonWriter json{out};
    json.begin_object();
    json.field("id", reservation.id);
    json.field("eventId", reservation.event);
    json.field("seatId", seat);
    json.field("status", name_of(reservation.status));
    json.field("amount", reservation.total_amount);
    json.field("currency", reservation.currency.code());
    json.field("expiresAt", reservation.expires_at);
    if (reservation.confirmed_at) json.field("confirmedAt", *reservation.confirmed_at);
    json.end_object();
}

void append_order_in_seat_dialect(std::string& out, const domain::OrderView& view) {
    const auto& order = view.order;
    JsonWriter json{out};
    json.begin_object();
    json.field("id", order.id);
    json.field("reservationId", order.reservation);
    json.field("eventId", order.event);
    json.field("status", name_of(view.status));
    json.field("amount", order.amount);
    json.field("currency", order.currency.code());
    json.field("createdAt", order.created_at);
    json.end_object();
}

void append_authorization(std::string& out, const domain::OrderView& view) {
    JsonWriter json{out};
    json.begin_object();
    json.field("orderId", view.order.id);
    json.field("status", name_of(view.status));
    json.field("amount", view.order.amount);
    json.field("currency", view.order.currency.code());
    json.end_object();
}

void append_seat_dialect_error(std::string& out, const Problem& problem, TraceId trace) {
    auto message = problem.message;
    for (const auto& error : problem.errors) {
        const auto at = error.field.empty() ? std::string::npos : message.find(error.field);
        if (at != std::string::npos)
            message.replace(at, error.field.size(), in_camel_case(error.field));
    }
    JsonWriter json{out};
    json.begin_object();
    json.field("code", problem.code);
    json.field("message", message);
    json.field("traceId", trace.bits);
    json.end_object();
}

}  // namespace frontrow::wire
