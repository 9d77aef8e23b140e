#include "wire/problem_json.h"

#include "wire/json_writer.h"
#include "wire/status_names.h"
#include "wire/ticket_json.h"

namespace frontrow::wire {

void append_problem(std::string& out, const Problem& problem, TraceId trace) {
    JsonWriter json{out};
    json.begin_object();
    json.field("type", "about:blank");
    json.field("title", problem.title);
    json.field("status", problem.status);
    json.field("code", problem.code);
    json.field("message", problem.message);
    json.field("trace_id", trace.bits);
    if (!problem.errors.empty()) {
        json.key("errors");
        json.begin_array();
        for (const auto& error : problem.errors) {
            json.begin_object();
            json.field(
                "field",
                error.field.empty() ? std::string_view{"body"} : std::string_view{error.field}
            );
            json.field("message", error.message);
            json.end_object();
        }
        json.end_array();
    }
    if (!problem.conflicts.empty()) {
        json.key("conflicts");
        json.begin_array();
        for (const auto& conflict : problem.conflicts) {
            json.begin_object();
            json.field("seat_id", conflict.seat);
            json.field("status", name_of(conflict.status));
            json.end_object();
        }
        json.end_array();
    }
    if (!problem.alternatives.empty()) {
        json.key("alternatives");
        json.begin_array();
        for (const auto& seats : problem.alternatives) {
            json.begin_array();
            for (const auto seat : seats)
                json.value(seat);
            json.end_array();
        }
        json.end_array();
    }
    if (problem.used) write_scan(json, "used", *problem.used);
    if (problem.retry_after_seconds)
        json.field("retry_after_seconds", *problem.retry_after_seconds);
    json.end_object();
}

}  // namespace frontrow::wire
