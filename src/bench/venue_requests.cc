#include "bench/venue_requests.h"

#include "bench/presale.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <iterator>

namespace frontrow::bench {
namespace {

namespace json = boost::json;

/// The arena's plan: so many sections are abreast, and the next ones behind them. Seats are one
/// apart in a row; rows and sections have more room between them.
constexpr std::uint32_t kSectionsAbreast = 20;
constexpr std::uint32_t kSectionWidth = kSeatsOfRow + 4;
constexpr std::uint32_t kRowDepth = 2;

/// Seats in rows, as a list: without a document, which would take hundreds of megabytes.
std::string rows_request(std::uint32_t before, std::uint32_t count) {
    std::string text = R"({"seats":[)";
    for (auto seat = before; seat < before + count; ++seat) {
        const auto section = seat / (kSeatsOfRow * kRowsOfSection);
        const auto row = seat / kSeatsOfRow % kRowsOfSection;
        const auto in_row = seat % kSeatsOfRow;
        fmt::format_to(
            std::back_inserter(text),
            R"({}{{"seat_number":"{}-{}-{}","section":"{}","row":"{}","price":{},"x":{},"y":{}}})",
            seat == before ? "" : ",",
            section + 1,
            row + 1,
            in_row + 1,
            section + 1,
            row + 1,
            kPrice,
            section % kSectionsAbreast * kSectionWidth + in_row,
            (section / kSectionsAbreast * kRowsOfSection + row) * kRowDepth
        );
    }
    return text + "]}";
}

/// The allocation's codes among the first `count` of all.
json::array codes_of(std::uint32_t allocation, std::uint32_t count) {
    json::array codes;
    for (auto code = allocation; code < count; code += kAllocations)
        codes.emplace_back(code_text(code));
    return codes;
}

}  // namespace

std::string event_request(const Plan& plan) {
    json::object event{
        {"name", "Benchmark"},
        {"description", "Made by frontrow bench; may be deleted when its holds have run out."},
        {"start_at", "2099-01-01T00:00:00Z"},
        {"end_at", "2099-01-02T00:00:00Z"},
        {"total_seats", plan.tickets()},
        {"hold_seconds", plan.hold().count()},
    };
    if (plan.scenario() == Scenario::orders) event["payment"] = "required";
    return json::serialize(event);
}

std::string seats_request(const Plan& plan, std::uint32_t before, std::uint32_t count) {
    if (plan.goods() == Goods::best_seats) return rows_request(before, count);
    return json::serialize(json::object{
        {"prefix", "B" + std::to_string(before / kBulkSeats)}, {"count", count}, {"price", kPrice}
    });
}

std::string category_request(const Plan& plan) {
    return json::serialize(
        json::object{{"name", kCategory}, {"total_stock", plan.tickets()}, {"price", kPrice}}
    );
}

std::string allocation_name(std::uint32_t allocation) {
    return "Presale-" + std::to_string(allocation + 1);
}

std::string allocation_request(const Venue& venue, std::uint32_t allocation) {
    const auto part = venue.seats.size() / kAllocations;
    json::array seats;
    for (auto seat = part * allocation; seat < part * (allocation + 1); ++seat)
        seats.emplace_back(text_of(venue.seats[seat]));
    return json::serialize(json::object{
        {"name", allocation_name(allocation)},
        {"seat_ids", std::move(seats)},
        {"limit_per_user", kPresaleTicketsPerBuyer},
        {"access_codes", codes_of(allocation, kCodes + kLateCodes)},
    });
}

std::string codes_request(std::uint32_t allocation) {
    return json::serialize(json::object{{"access_codes", codes_of(allocation, kCodes)}});
}

}  // namespace frontrow::bench
