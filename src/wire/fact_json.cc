#include "wire/fact_json.h"

#include "domain/command_traits.h"
#include "wire/fact_fields.h"

namespace frontrow::wire {
namespace {

/// Writes all fields after `seq` and `id`, and closes the object.
void write_rest(JsonWriter& json, const domain::Fact& fact, Audience audience) {
    json.field("type", fact_type(fact.body));
    if (domain::traits_of(fact.body).is_about_event) json.field("event_id", fact.event);
    json.field("at", fact.at);
    json.field("trace_id", fact.trace.bits);
    json.key("data");
    json.begin_object();
    FieldsWriter fields{json, audience};
    std::visit([&](const auto& body) { describe(fields, body); }, fact.body);
    json.end_object();
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

}  // namespace frontrow::wire
