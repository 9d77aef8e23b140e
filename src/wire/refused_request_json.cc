#include "wire/refused_request_json.h"

#include "wire/json_writer.h"

namespace frontrow::wire {

void append_refused_request(std::string& out, const RefusedRequest& request) {
    JsonWriter json{out};
    json.begin_object();
    json.field("trace_id", request.trace.bits);
    json.field("method", request.method);
    json.field("route", request.route);
    json.field("status", request.status);
    json.field("code", request.code);
    json.field("message", request.message);
    json.field("at", request.at);
    json.field("duration_ms", request.duration_ms);
    if (request.event) json.field("event_id", *request.event);
    if (request.reservation) json.field("reservation_id", *request.reservation);
    if (request.order) json.field("order_id", *request.order);
    json.end_object();
}

}  // namespace frontrow::wire
