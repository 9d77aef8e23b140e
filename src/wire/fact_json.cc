#include "wire/fact_json.h"

#include "domain/command_traits.h"
#include "wire/json_writer.h"
#include "wire/spec_json.h"

#include <boost/algorithm/hex.hpp>

#include <iterator>

namespace frontrow::wire {
namespace {

using namespace domain;

void write(JsonWriter& json, const EventCreated& body) {
    json.field("created_by", body.created_by);
    write_event_spec(json, body.spec);
}

void write(JsonWriter& json, const EventUpdated& body) {
    write_event_spec(json, body.spec);
}

void write(JsonWriter&, const EventDeleted&) {
}

void write(JsonWriter& json, const SeatsAdded& body) {
    json.field("first_seat_id", body.block->first_id);
    json.key("seats");
    json.begin_array();
    for (const auto& seat : body.block->seats) {
        json.begin_object();
        write_seat_spec(json, seat);
        json.end_object();
    }
    json.end_array();
}

void write(JsonWriter& json, const ReservationHeld& body) {
    json.field("reservation_id", body.reservation);
    json.field("user_id", body.user);
    json.key("seat_ids");
    json.begin_array();
    for (const auto seat : body.seats)
        json.value(seat);
    json.end_array();
    json.field("total_amount", body.total_amount);
    json.field("expires_at", body.expires_at);
    json.field("request_key", body.request.key);
    json.field("request_content", body.request.content);
}

void write(JsonWriter& json, const ReservationConfirmed& body) {
    json.field("reservation_id", body.reservation);
}
void write(JsonWriter& json, const ReservationCancelled& body) {
    json.field("reservation_id", body.reservation);
}
void write(JsonWriter& json, const ReservationExpired& body) {
    json.field("reservation_id", body.reservation);
}

void write(JsonWriter& json, const ReservationExtended& body) {
    json.field("reservation_id", body.reservation);
    json.field("expires_at", body.expires_at);
}

void write(JsonWriter& json, const ApiKeyCreated& body) {
    std::string digest;
    boost::algorithm::hex_lower(body.digest.begin(), body.digest.end(), std::back_inserter(digest));
    json.field("api_key_id", body.key);
    json.field("name", body.name);
    json.field("role", name_of(body.role));
    json.field("prefix", body.prefix);
    json.field("digest", digest);
    json.field("created_by", body.created_by);
}

void write(JsonWriter& json, const ApiKeyRevoked& body) {
    json.field("api_key_id", body.key);
    json.field("revoked_by", body.revoked_by);
}

struct TypeName {
    std::string_view operator()(const EventCreated&) const { return "EventCreated"; }
    std::string_view operator()(const EventUpdated&) const { return "EventUpdated"; }
    std::string_view operator()(const EventDeleted&) const { return "EventDeleted"; }
    std::string_view operator()(const SeatsAdded&) const { return "SeatsAdded"; }
    std::string_view operator()(const ReservationHeld&) const { return "ReservationHeld"; }
    std::string_view operator()(const ReservationConfirmed&) const {
        return "ReservationConfirmed";
    }
    std::string_view operator()(const ReservationCancelled&) const {
        return "ReservationCancelled";
    }
    std::string_view operator()(const ReservationExpired&) const { return "ReservationExpired"; }
    std::string_view operator()(const ReservationExtended&) const { return "ReservationExtended"; }
    std::string_view operator()(const ApiKeyCreated&) const { return "ApiKeyCreated"; }
    std::string_view operator()(const ApiKeyRevoked&) const { return "ApiKeyRevoked"; }
};

}  // namespace

std::string_view fact_type(const domain::FactBody& body) {
    return std::visit(TypeName{}, body);
}

void append_fact(std::string& out, const domain::Fact& fact) {
    JsonWriter json{out};
    json.begin_object();
    json.field("seq", fact.seq);
    json.field("type", fact_type(fact.body));
    if (domain::traits_of(fact.body).is_about_event) json.field("event_id", fact.event);
    json.field("at", fact.at);
    json.field("trace_id", fact.trace.bits);
    json.key("data");
    json.begin_object();
    std::visit([&](const auto& body) { write(json, body); }, fact.body);
    json.end_object();
    json.end_object();
}

}  // namespace frontrow::wire
