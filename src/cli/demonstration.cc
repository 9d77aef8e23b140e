#include "cli/demonstration.h"

#include <algorithm>
#include <memory>
#include <string>

namespace frontrow::cli {
namespace {

using std::chrono::days;
using std::chrono::hours;

struct Section {
    std::string name;
    int rows = 0;
    int seats_per_row = 0;
    Amount price = 0;
    /// The vertical position of the section's first row on the seat map.
    double y = 0;
};

/// The two leftmost seats of the last row are for a person in a wheelchair and a companion, and
/// from the rightmost one there the stage isn't wholly visible.
std::shared_ptr<const domain::SeatDetails> details_of(const Section& section, int row, int seat) {
    using enum domain::SeatFlags;
    const bool is_last_row = row + 1 == section.rows;
    auto flags = none;
    if (is_last_row && seat == 1) flags = accessible;
    if (is_last_row && seat == 2) flags = companion;
    if (is_last_row && seat == section.seats_per_row) flags = restricted_view;
    const double x = seat - (section.seats_per_row + 1) / 2.0;
    return std::make_shared<const domain::SeatDetails>(domain::SeatDetails{
        .position = {.x = x, .y = section.y + row}, .flags = flags, .label = std::to_string(seat)
    });
}

/// Before the first row, as wide as the widest section.
domain::Stage stage_of(const std::vector<Section>& sections) {
    const auto widest = std::ranges::max_element(sections, {}, &Section::seats_per_row);
    const double width = widest->seats_per_row;
    return {.x = -width / 2, .y = -4, .width = width, .height = 2.5};
}

std::vector<domain::SeatSpec> fill(const std::vector<Section>& sections) {
    std::vector<domain::SeatSpec> seats;
    for (const auto& section : sections) {
        for (int row = 0; row < section.rows; ++row) {
            const std::string row_name(1, static_cast<char>('A' + row));
            for (int seat = 1; seat <= section.seats_per_row; ++seat) {
                seats.push_back({
                    .number = section.name + "-" + row_name + "-" + std::to_string(seat),
                    .section = section.name,
                    .row = row_name,
                    .price = section.price,
                    .details = details_of(section, row, seat),
                });
            }
        }
    }
    return seats;
}

DemonstrationEvent make(
    std::string name,
    std::string venue,
    std::string description,
    Instant start,
    hours length,
    const std::vector<Section>& sections
) {
    Stock stock{
        .seats = {.seats = fill(sections), .lines = {}}, .categories = {}, .allocations = {}
    };
    domain::EventSpec spec{
        .name = std::move(name),
        .description = std::move(description),
        .venue = std::move(venue),
        .start_at = start,
        .end_at = start + length,
        .total_seats = static_cast<std::int64_t>(stock.seats.seats.size()),
        .stage = stage_of(sections),
        .focal_point = domain::Point{.x = 0, .y = -1.5},
    };
    return {std::move(spec), std::move(stock)};
}

/// Adds standing places, and holds the first row back for a fan club that knows an access code, and
/// some of the standing places for guests.
void add_presale(DemonstrationEvent& event, std::size_t seats_per_row, Instant until) {
    const domain::Category standing{.name = "Standing", .price = 6'000, .total_stock = 150};
    event.spec.total_seats += standing.total_stock;
    event.stock.categories.push_back({.category = standing});
    domain::HeldBackSeats first_row{.allocation = "Fan club", .seats = {}};
    for (std::uint32_t seat = 0; seat < seats_per_row; ++seat)
        first_row.seats.push_back(seat);
    event.stock.seats.held_back.push_back(std::move(first_row));
    event.stock.allocations = {
        {.allocation = {.name = "Fan club", .limit_per_user = 4, .until = until},
         .access_code = "SNOWFALL"},
        {.allocation = {.name = "Guests", .category = standing.name, .quantity = 10},
         .access_code = {}},
    };
}

}  // namespace

std::vector<DemonstrationEvent> demonstration(Instant now) {
    const auto today = std::chrono::floor<days>(now);
    std::vector<DemonstrationEvent> events;
    events.push_back(make(
        "Chamber Music by Candlelight",
        "Old Library, Kyoto",
        "A string quartet in a hall of eighty seats.",
        today + days{21} + hours{10},
        hours{2},
        {{"Hall", 8, 10, 4'500, 0}}
    ));
    events.push_back(make(
        "The Cherry Orchard",
        "Harbour Theatre, Yokohama",
        "Chekhov's last play, in three sections.",
        today + days{35} + hours{9},
        hours{3},
        {{"Stalls", 8, 14, 9'000, 0}, {"Circle", 4, 12, 6'500, 10}, {"Gallery", 2, 12, 3'500, 16}}
    ));
    events.back().spec.admission = domain::Admission::of({
        .gates =
            {{.name = "Foyer", .sections = {"Stalls"}, .categories = {}},
             {.name = "Stairs", .sections = {"Circle", "Gallery"}, .categories = {}}},
        .asks =
            {.holder_name = true,
             .questions = {{.label = "What should the ushers know?", .required = false}},
             .terms = {}},
    });
    events.push_back(make(
        "Midwinter Night",
        "Dome, Sapporo",
        "The one that everybody wants.",
        today + days{60} + hours{10},
        hours{4},
        {{"Front", 4, 20, 15'000, 0}, {"Middle", 6, 20, 11'000, 5}, {"Back", 4, 20, 7'000, 12}}
    ));
    add_presale(events.back(), 20, today + days{30});
    events.back().spec.admission = domain::Admission::of({
        .gates =
            {{.name = "North", .sections = {"Front"}, .categories = {"Standing"}},
             {.name = "South", .sections = {"Middle", "Back"}, .categories = {}}},
    });
    return events;
}

}  // namespace frontrow::cli
