#include "wire/small_json.h"

#include "wire/json_writer.h"

namespace frontrow::wire {

std::string count_json(std::uint32_t count) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.field("count", count);
    json.end_object();
    return out;
}

std::string availability_json(const domain::SeatCounts& counts) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.key("seats");
    json.begin_object();
    json.field("total", counts.total);
    json.field("available", counts.available());
    json.field("reserved", counts.reserved);
    json.field("confirmed", counts.confirmed);
    json.end_object();
    json.key("categories");
    json.begin_array();
    json.end_array();
    json.end_object();
    return out;
}

std::string health_json(Instant now) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.field("status", "ok");
    json.field("timestamp", now);
    json.end_object();
    return out;
}

std::string status_json(std::string_view status) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.field("status", status);
    json.end_object();
    return out;
}

}  // namespace frontrow::wire
