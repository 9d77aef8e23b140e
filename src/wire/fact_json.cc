#include "wire/fact_json.h"

#include "domain/acts.h"
#include "domain/command_traits.h"
#include "wire/fact_fields.h"

namespace frontrow::wire {
namespace {

void write_data(JsonWriter& json, const domain::Fact& fact, Audience audience) {
    json.key("data");
    json.begin_object();
    FieldsWriter fields{json, audience};
    std::visit([&](const auto& body) { describe(fields, body); }, fact.body);
    json.end_object();
}

/// Writes all fields after `seq` and `id`, and closes the object.
void write_rest(JsonWriter& json, const domain::Fact& fact, Audience audience) {
    json.field("type", fact_type(fact.body));
    if (domain::traits_of(fact.body).is_about_event) json.field("event_id", fact.event);
    json.field("at", fact.at);
    json.field("trace_id", fact.trace.bits);
    write_data(json, fact, audience);
    json.end_object();
}

void write_summary(JsonWriter& json, const domain::SeatBlock& block) {
    json.key("data");
    json.begin_object();
    json.field("count", block.seats.size());
    if (!block.seats.empty()) {
        json.field("first_seat_number", block.seats.front().number);
        json.field("last_seat_number", block.seats.back().number);
    }
    json.end_object();
}

}  // namespace

std::string_view fact_type(const domain::FactBody& body) {
    return kNamesOfFacts[body.index()];
}

void append_fact(std::string& out, const domain::Fact& fact) {
    JsonWriter json{out};
    json.begin_object();
    json.field("seq", fact.seq);
    write_rest(json, fact, Audience::journal);
}

void append_told_fact(std::string& out, const domain::Fact& fact, std::string_view id) {
    JsonWriter json{out};
    json.begin_object();
    json.field("seq", fact.seq);
    json.field("id", id);
    write_rest(json, fact, Audience::readers);
}

void append_act(std::string& out, const domain::Fact& fact, std::string_view id) {
    JsonWriter json{out};
    json.begin_object();
    json.field("seq", fact.seq);
    json.field("id", id);
    json.field("type", fact_type(fact.body));
    json.field("at", fact.at);
    const auto& by =
        std::visit([](const auto& body) -> auto& { return domain::actor_of(body); }, fact.body);
    if (!by.empty()) json.field("by", by);
    json.field("trace_id", fact.trace.bits);
    if (const auto* const seats = domain::seats_of(fact.body))
        write_summary(json, *seats);
    else
        write_data(json, fact, Audience::readers);
    json.end_object();
}

}  // namespace frontrow::wire
