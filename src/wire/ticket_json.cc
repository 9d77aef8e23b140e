#include "wire/ticket_json.h"

#include "base/parse_number.h"
#include "wire/fields.h"

namespace frontrow::wire {
namespace {

using namespace domain;

void write_place(FieldsWriter& fields, const TicketPlace& place) {
    if (place.category.empty())
        fields("seat_id", place.seat);
    else
        fields("category", place.category);
}

void write_details(JsonWriter& json, const TicketView& view, const HolderDetails& details) {
    if (!details.is_empty()) {
        json.key("holder_details");
        json.begin_object();
        write_holder_details(json, details);
        json.end_object();
    }
    const auto open = missing(view.asks, details);
    if (open.empty()) return;
    json.key("missing");
    json.begin_array();
    for (const auto one : open)
        json.value(one);
    json.end_array();
}

}  // namespace

std::string text_of(TicketId id) {
    return id.reservation.to_string() + "." + std::to_string(id.number);
}

std::optional<TicketId> parse_ticket_id(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto reservation = ReservationId::parse(text.substr(0, dot));
    const auto digits = text.substr(dot + 1);
    const auto number = parse_number<std::uint32_t>(digits);
    if (!reservation || !number || digits.starts_with('0')) return std::nullopt;
    return TicketId{*reservation, *number};
}

void write_scan(JsonWriter& json, Key name, const TicketScan& scan) {
    json.key(name);
    json.begin_object();
    FieldsWriter fields{json};
    fields("at", scan.at);
    fields.unless_empty("gate", scan.gate);
    json.end_object();
}

void append_ticket(
    std::string& out,
    const TicketView& view,
    std::string_view account,
    const HolderDetails* details,
    std::string_view code
) {
    JsonWriter json{out};
    json.begin_object();
    FieldsWriter fields{json};
    fields("id", text_of(view.id));
    fields("reservation_id", view.id.reservation);
    fields("event_id", view.event);
    write_place(fields, view.place);
    if (const auto& seat = view.seat.spec) {
        fields("seat_number", seat->number);
        if (seat->label() != seat->number) json.field("label", seat->label());
        fields.unless_empty("row", seat->row);
        fields.unless_empty("section", seat->section);
    }
    fields.unless_empty("gate", view.gate);
    json.field("holder", view.holder == account ? "you" : "another");
    fields("status", view.status);
    if (view.issue > 0) fields("issue", view.issue);
    if (view.used) write_scan(json, "used", *view.used);
    if (details != nullptr && view.holder == account) write_details(json, view, *details);
    if (!code.empty()) json.field("code", code);
    json.end_object();
}

void append_verdict(std::string& out, const ScanVerdict& verdict) {
    JsonWriter json{out};
    json.begin_object();
    FieldsWriter fields{json};
    json.field("verdict", verdict.verdict);
    fields("scan_id", verdict.scan);
    if (const auto& checked = verdict.checked) {
        fields("ticket_id", text_of(checked->ticket));
        if (checked->first) write_scan(json, "first", *checked->first);
        if (checked->place) write_place(fields, *checked->place);
        fields.flag("repeated", checked->is_repeated);
    }
    fields.unless_empty("place", verdict.place);
    fields.unless_empty("gate", verdict.gate);
    fields.unless_empty("holder_name", verdict.holder_name);
    json.end_object();
}

void append_check_ins(std::string& out, EventId event, const CheckInReport& report) {
    JsonWriter json{out};
    json.begin_object();
    json.field("event_id", event);
    json.field("sold", report.sold);
    json.field("used", report.used);
    json.key("gates");
    json.begin_array();
    for (const auto& [gate, tickets, late] : report.gates) {
        json.begin_object();
        json.field("gate", gate);
        json.field("tickets", tickets);
        if (late > 0) json.field("late", late);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

}  // namespace frontrow::wire
