#include "wire/section_json.h"

#include "wire/json_writer.h"

namespace frontrow::wire {
namespace {

constexpr std::size_t kSectionBytes = 224;
constexpr std::size_t kCornerBytes = 24;

void write_outline(JsonWriter& json, const std::vector<domain::Point>& outline) {
    json.key("outline");
    json.begin_array();
    for (const auto& [x, y] : outline) {
        json.begin_array();
        json.value(x);
        json.value(y);
        json.end_array();
    }
    json.end_array();
}

void write_section(
    JsonWriter& json,
    const domain::Section& section,
    const domain::SectionView& view
) {
    json.begin_object();
    json.field("section", section.name);
    json.field("total", section.total);
    json.field("available", view.available);
    json.field("held", view.held);
    json.field("price_from", section.price_from);
    json.field("price_to", section.price_to);
    if (view.next_release_at) json.field("next_release_at", *view.next_release_at);
    if (!section.outline.empty()) write_outline(json, section.outline);
    json.end_object();
}

}  // namespace

std::size_t sections_bytes(const domain::SectionList& list) {
    std::size_t bytes = 2;
    for (const auto& section : list.plan->sections)
        bytes += kSectionBytes + section.name.size() + section.outline.size() * kCornerBytes;
    return bytes;
}

std::string sections_json(const domain::SectionList& list) {
    std::string out;
    out.reserve(sections_bytes(list));
    JsonWriter json{out};
    json.begin_array();
    for (std::size_t i = 0; i < list.views.size(); ++i)
        write_section(json, list.plan->sections[i], list.views[i]);
    json.end_array();
    return out;
}

}  // namespace frontrow::wire
