#include "wire/order_json.h"

#include "wire/category_fields.h"
#include "wire/fields.h"
#include "wire/json_writer.h"
#include "wire/status_names.h"
#include "wire/ticket_json.h"

#include <algorithm>

namespace frontrow::wire {
namespace {

using namespace domain;

void write_payment(JsonWriter& json, const Payment& payment) {
    json.begin_object();
    FieldsWriter fields{json};
    fields("id", payment.id);
    json.field("status", name_of(payment.status));
    fields("method", payment.method);
    fields("started_at", payment.started_at);
    fields("settled_at", payment.settled_at);
    fields.unless_empty("decline_code", payment.decline_code);
    if (payment.status == PaymentStatus::open)
        fields.unless_empty("redirect_url", payment.redirect_url);
    json.end_object();
}

void write_refund(JsonWriter& json, const Refund& refund, ReservationId reservation) {
    json.begin_object();
    FieldsWriter fields{json};
    fields("id", refund.id);
    json.field("status", name_of(refund.status));
    fields("amount", refund.amount);
    fields("reason", refund.reason);
    fields.unless_empty("seat_ids", refund.seats);
    fields.unless_empty("items", refund.items);
    if (!refund.tickets.empty()) {
        json.key("tickets");
        json.begin_array();
        for (const auto number : refund.tickets)
            json.value(text_of({reservation, number}));
        json.end_array();
    }
    fields("started_at", refund.started_at);
    fields("settled_at", refund.settled_at);
    json.end_object();
}

}  // namespace

void append_order(std::string& out, const OrderView& view, const Contact& contact) {
    const auto& order = view.order;
    JsonWriter json{out};
    json.begin_object();
    FieldsWriter fields{json};
    fields("id", order.id);
    fields("reservation_id", order.reservation);
    fields("event_id", order.event);
    fields("user_id", order.user);
    fields.unless_empty("email", contact.email);
    fields.unless_empty("locale", contact.locale);
    fields("status", view.status);
    fields("amount", order.amount);
    fields("currency", order.currency);
    fields("lines", order.lines);
    fields("created_at", order.created_at);
    json.key("payments");
    json.begin_array();
    for (const auto& payment : order.payments)
        write_payment(json, payment);
    json.end_array();
    json.key("refunds");
    json.begin_array();
    for (const auto& refund : order.refunds)
        write_refund(json, refund, order.reservation);
    json.end_array();
    if (std::ranges::any_of(order.payments, &Payment::is_disputed)) json.field("disputed", true);
    json.end_object();
}

void append_sales(std::string& out, EventId event, const SalesReport& report) {
    JsonWriter json{out};
    json.begin_object();
    json.field("event_id", event);
    json.field("orders", report.orders);
    json.field("tickets", report.tickets);
    json.field("captured", report.captured);
    json.field("refunded", report.refunded);
    json.field("revenue", report.captured - report.refunded);
    json.field("currency", report.currency.code());
    json.key("curve");
    json.begin_array();
    for (const auto& point : report.curve) {
        json.begin_object();
        json.field("from", point.from);
        json.field("orders", point.orders);
        json.field("tickets", point.tickets);
        json.field("captured", point.captured);
        json.end_object();
    }
    json.end_array();
    if (report.cancelled) {
        json.key("cancellation");
        json.begin_object();
        json.field("orders_to_refund", report.cancelled->to_refund);
        json.field("orders_refunded", report.cancelled->refunded);
        json.field("orders_stuck", report.cancelled->stuck);
        json.end_object();
    }
    json.end_object();
}

}  // namespace frontrow::wire
