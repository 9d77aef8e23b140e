#include "wire/hold_question_json.h"

#include "base/utf8.h"
#include "wire/json_writer.h"

namespace frontrow::wire {
namespace {

/// A header's value may have any bytes. One that isn't UTF-8 is left out, as an absent one is.
void write_header(JsonWriter& json, Key name, std::string_view value) {
    if (!value.empty() && is_utf8(value)) json.field(name, value);
}

}  // namespace

std::string hold_question_json(const HoldQuestion& question) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.field("type", "hold");
    json.field("event_id", question.event);
    json.field("user_id", question.user);
    json.field("tickets", question.tickets);
    json.field("address", question.address);
    write_header(json, "user_agent", question.user_agent);
    write_header(json, "token", question.token);
    json.field("trace_id", question.trace.bits);
    json.end_object();
    return out;
}

}  // namespace frontrow::wire
