#include "domain/sections.h"

#include "base/hash_map.h"
#include "domain/allocations.h"
#include "domain/inventory.h"

#include <algorithm>
#include <ranges>
#include <span>
#include <string_view>
#include <utility>

namespace frontrow::domain {
namespace {

/// Positive if the way from `a` over `b` to `c` turns left, negative if it turns right.
double turn(const Point& a, const Point& b, const Point& c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/// Andrew's monotone chain.
std::vector<Point> convex_hull(std::vector<Point> points) {
    std::ranges::sort(points, {}, [](const Point& point) { return std::pair{point.x, point.y}; });
    points.erase(std::ranges::unique(points).begin(), points.end());
    if (points.size() < 3) return points;
    std::vector<Point> hull;
    const auto add_side = [&hull](const auto& side) {
        const auto start = hull.size();
        for (const auto& point : side) {
            while (hull.size() >= start + 2 && turn(hull.end()[-2], hull.back(), point) <= 0)
                hull.pop_back();
            hull.push_back(point);
        }
        // This corner is the first of the other side.
        hull.pop_back();
    };
    add_side(points);
    add_side(points | std::views::reverse);
    return hull;
}

class SectionPlanner {
public:
    void add(const SeatSpec& seat) {
        const auto number = number_of(seat.section);
        if (plan_.runs.empty() || plan_.runs.back().section != number)
            plan_.runs.push_back({.first = plan_.seats, .section = number});
        ++plan_.seats;
        auto& section = plan_.sections[number];
        section.price_from =
            section.total == 0 ? seat.price : std::min(section.price_from, seat.price);
        section.price_to = std::max(section.price_to, seat.price);
        ++section.total;
        const auto [x, y] = seat.position();
        if (x && y) places_[number].push_back({*x, *y});
    }

    SectionPlan finish() {
        for (std::size_t i = 0; i < places_.size(); ++i) {
            auto& section = plan_.sections[i];
            if (places_[i].size() == section.total)
                section.outline = convex_hull(std::move(places_[i]));
        }
        return std::move(plan_);
    }

private:
    std::uint32_t number_of(const std::string& name) {
        // Most seats are in the same section as the seat before.
        if (!plan_.runs.empty()) {
            const auto last = plan_.runs.back().section;
            if (plan_.sections[last].name == name) return last;
        }
        const auto next = static_cast<std::uint32_t>(plan_.sections.size());
        const auto [entry, is_new] = numbers_.try_emplace(name, next);
        if (is_new) {
            plan_.sections.push_back({.name = name, .outline = {}});
            places_.emplace_back();
        }
        return entry->second;
    }

    SectionPlan plan_;
    /// The places of each section's seats, as far as they are known.
    std::vector<std::vector<Point>> places_;
    /// Views into the seats.
    HashMap<std::string_view, std::uint32_t> numbers_;
};

std::uint32_t section_of(const SectionPlan& plan, SeatIndex seat) {
    const auto after = std::ranges::upper_bound(plan.runs, seat, {}, &SectionPlan::Run::first);
    return std::prev(after)->section;
}

void count_statuses(SectionList& list, std::span<const SeatStatus> statuses) {
    const auto& runs = list.plan->runs;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto end = i + 1 < runs.size() ? runs[i + 1].first : list.plan->seats;
        const auto seats = statuses.subspan(runs[i].first, end - runs[i].first);
        const auto count = [seats](SeatStatus status) {
            return static_cast<std::uint32_t>(std::ranges::count(seats, status));
        };
        auto& view = list.views[runs[i].section];
        view.available += count(SeatStatus::available);
        view.held += count(SeatStatus::reserved);
    }
}

void find_next_releases(
    SectionList& list,
    const Reservations& reservations,
    EventIndex event,
    Instant now
) {
    auto missing =
        std::ranges::count_if(list.views, [](const auto& view) { return view.held > 0; });
    if (missing == 0) return;
    reservations.visit_live_holds(now, [&](const ReservationRow& hold) {
        if (hold.event != event) return true;
        for (const auto seat : hold.seats) {
            auto& next = list.views[section_of(*list.plan, seat)].next_release_at;
            if (next) continue;
            next = hold.expires_at;
            --missing;
        }
        return missing > 0;
    });
}

}  // namespace

SectionPlan plan_sections(const SeatBlocks& blocks) {
    SectionPlanner planner;
    for (const auto& block : blocks)
        for (const auto& seat : block->seats)
            planner.add(seat);
    return planner.finish();
}

std::size_t bytes_of(const SectionPlan& plan) {
    std::size_t bytes = sizeof(plan) + plan.runs.capacity() * sizeof(SectionPlan::Run);
    for (const auto& section : plan.sections)
        bytes += sizeof(section) + section.name.size() + section.outline.size() * sizeof(Point);
    return bytes;
}

SectionList list_sections(
    const Inventory& state,
    const EventRow& event,
    std::shared_ptr<const SectionPlan> plan,
    Instant now
) {
    // Seats are never removed, so an event with as many seats has the same seats.
    if (plan->seats != event.counts.get().total)
        plan = std::make_shared<const SectionPlan>(plan_sections(event.blocks.values()));
    SectionList list{
        .version = state.seat_map_version(event, now),
        .plan = std::move(plan),
        .views = {},
    };
    list.views.resize(list.plan->sections.size());
    count_statuses(list, event.statuses.values());
    state.reservations().visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event != event.index) return;
        for (const auto seat : row.seats) {
            auto& view = list.views[section_of(*list.plan, seat)];
            --view.held;
            if (free_status(event, seat, now) == SeatStatus::available) ++view.available;
        }
    });
    state.visit_seats_released(event, now, [&](SeatIndex seat) {
        ++list.views[section_of(*list.plan, seat)].available;
    });
    find_next_releases(list, state.reservations(), event.index, now);
    return list;
}

}  // namespace frontrow::domain
