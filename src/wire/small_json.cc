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

std::string availability_json(
    const domain::SeatCounts& seats,
    const std::vector<domain::CategoryView>& categories
) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.key("seats");
    json.begin_object();
    json.field("total", seats.total);
    json.field("available", seats.available());
    json.field("reserved", seats.reserved);
    json.field("confirmed", seats.confirmed + seats.held_back);
    json.end_object();
    json.key("categories");
    json.begin_array();
    for (const auto& view : categories) {
        json.begin_object();
        json.field("name", view.category.name);
        json.field("price", view.category.price);
        json.field("total", view.category.total_stock);
        json.field("available", view.available());
        json.end_object();
    }
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
