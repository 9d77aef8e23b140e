#include "wire/seat_map_json.h"

#include "base/check.h"
#include "wire/fields.h"
#include "wire/json_writer.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace frontrow::wire {
namespace {

using domain::SeatBlock;
using domain::SeatFlags;
using domain::SeatSpec;
using Seats = std::span<const SeatSpec>;
using Blocks = std::span<const std::shared_ptr<const SeatBlock>>;

/// Approximate size of a seat in a layout, so that a layout is allocated once.
constexpr std::size_t kLayoutSeatBytes = 40;
/// Room for the whole status document except the letters.
constexpr std::size_t kStatusHead = 768;

std::optional<double> x_of(const SeatSpec& seat) {
    return seat.position().x;
}
std::optional<double> y_of(const SeatSpec& seat) {
    return seat.position().y;
}

/// Whether two neighbouring seats go into one run. The values that all seats of a run share are
/// written once.
bool is_same_run(const SeatSpec& a, const SeatSpec& b) {
    return a.section == b.section && a.row == b.row && a.price == b.price &&
           x_of(a).has_value() == x_of(b).has_value() && y_of(a).has_value() == y_of(b).has_value();
}

template <class Value>
void write_each(JsonWriter& json, Key name, Seats seats, Value value) {
    json.key(name);
    json.begin_array();
    for (const auto& seat : seats)
        json.value(value(seat));
    json.end_array();
}

/// Writes the places within the run of the seats with this flag, or nothing if there are none.
void write_flagged(JsonWriter& json, Key name, Seats seats, SeatFlags flag) {
    const auto has_flag = [flag](const SeatSpec& seat) { return has(seat.flags(), flag); };
    if (std::ranges::none_of(seats, has_flag)) return;
    json.key(name);
    json.begin_array();
    for (std::size_t i = 0; i < seats.size(); ++i)
        if (has_flag(seats[i])) json.value(i);
    json.end_array();
}

void write_run(JsonWriter& json, std::size_t first, SeatId first_id, Seats seats) {
    const auto& shared = seats.front();
    json.begin_object();
    json.field("first", first);
    json.field("first_id", first_id);
    if (!shared.section.empty()) json.field("section", shared.section);
    if (!shared.row.empty()) json.field("row", shared.row);
    json.field("price", shared.price);
    write_each(json, "seat_numbers", seats, [](const auto& seat) {
        return std::string_view{seat.number};
    });
    if (x_of(shared)) write_each(json, "x", seats, [](const auto& seat) { return *x_of(seat); });
    if (y_of(shared)) write_each(json, "y", seats, [](const auto& seat) { return *y_of(seat); });
    if (std::ranges::any_of(seats, [](const auto& seat) { return seat.label() != seat.number; }))
        write_each(json, "labels", seats, [](const auto& seat) { return seat.label(); });
    write_flagged(json, "accessible", seats, SeatFlags::accessible);
    write_flagged(json, "companion", seats, SeatFlags::companion);
    write_flagged(json, "restricted_view", seats, SeatFlags::restricted_view);
    json.end_object();
}

/// `first`: the index that the block's first seat has among all seats of the event.
void write_runs(JsonWriter& json, std::size_t first, const SeatBlock& block) {
    const Seats seats{block.seats};
    for (std::size_t begin = 0; begin < seats.size();) {
        auto end = begin + 1;
        while (end < seats.size() && is_same_run(seats[begin], seats[end]))
            ++end;
        const auto run = seats.subspan(begin, end - begin);
        write_run(json, first + begin, block.first_id.plus(begin), run);
        begin = end;
    }
}

/// A seat that is held back looks like one that is sold. A sum without branches, so that the
/// compiler can vectorise the loop over all seats.
char letter_of(domain::SeatStatus status) {
    const int from_a = (status == domain::SeatStatus::reserved ? 'r' - 'a' : 0) +
                       (status >= domain::SeatStatus::confirmed ? 'c' - 'a' : 0);
    return static_cast<char>('a' + from_a);
}

/// The blocks that a layout consists of.
Blocks blocks_of(const domain::SeatMap& map, SeatId layout) {
    if (layout == SeatId{}) return {};
    CHECK(map.has_layout(layout));
    return {map.blocks->begin(), std::ranges::find(*map.blocks, layout, &SeatBlock::first_id) + 1};
}

}  // namespace

std::string status_version(const domain::SeatMapVersion& version) {
    const auto& [seq, at, lapsed] = version;
    return std::to_string(seq) + "." + std::to_string(at.time_since_epoch().count()) + "." +
           std::to_string(lapsed);
}

std::size_t status_bytes(const domain::SeatMap& map) {
    return map.statuses.size() + kStatusHead;
}

std::size_t layout_bytes(const domain::SeatMap& map) {
    return map.statuses.size() * kLayoutSeatBytes;
}

std::string status_json(const domain::SeatMap& map, std::string_view layout_path) {
    std::string out;
    out.reserve(status_bytes(map));
    JsonWriter json{out};
    json.begin_object();
    json.field("event_id", map.event);
    json.field("layout_version", map.layout());
    json.field("layout", layout_path);
    json.field("status_version", status_version(map.version));
    FieldsWriter fields{json};
    fields("stage", map.stage);
    fields("focal_point", map.focal_point);
    json.key("status");
    json.plain_value(map.statuses.size(), [&](char* to) {
        std::ranges::transform(map.statuses, to, letter_of);
    });
    json.end_object();
    return out;
}

std::string layout_json(const domain::SeatMap& map, SeatId layout) {
    const auto blocks = blocks_of(map, layout);
    std::size_t seats = 0;
    for (const auto& block : blocks)
        seats += block->seats.size();
    std::string out;
    out.reserve(seats * kLayoutSeatBytes);
    JsonWriter json{out};
    json.begin_object();
    json.field("event_id", map.event);
    json.field("layout_version", layout);
    json.field("total", seats);
    json.key("runs");
    json.begin_array();
    std::size_t first = 0;
    for (const auto& block : blocks) {
        write_runs(json, first, *block);
        first += block->seats.size();
    }
    json.end_array();
    json.end_object();
    return out;
}

}  // namespace frontrow::wire
