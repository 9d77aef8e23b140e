#pragma once

#include "base/instant.h"
#include "base/money.h"
#include "domain/plan.h"
#include "domain/seat.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::domain {

class Inventory;
struct EventRow;

/// What doesn't change about a section of an event until seats are added.
struct Section {
    /// Empty for the seats without a section.
    std::string name;
    std::uint32_t total = 0;
    Amount price_from = 0;
    Amount price_to = 0;
    /// The corners of the smallest convex area that contains its seats, in their order around it:
    /// fewer than three if the seats stand in a line. Empty unless all of them have both
    /// coordinates.
    std::vector<Point> outline;
};

/// A section's seats at one instant.
struct SectionView {
    std::uint32_t available = 0;
    /// The seats of pending reservations.
    std::uint32_t held = 0;
    /// When the first of these holds runs out; absent if there are none.
    std::optional<Instant> next_release_at;

    friend bool operator==(const SectionView&, const SectionView&) = default;
};

/// The sections of an event, in the order of their first seats, and the section of each seat. To
/// find this out, every seat must be read, so it is done once until seats are added. Immutable.
struct SectionPlan {
    /// Consecutive seats of one section. They end where the next run begins.
    struct Run {
        std::uint32_t first = 0;
        std::uint32_t section = 0;
    };

    std::uint32_t seats = 0;
    std::vector<Run> runs;
    std::vector<Section> sections;
};

/// The sections of an event at one instant.
struct SectionList {
    SeatMapVersion version;
    /// Never null.
    std::shared_ptr<const SectionPlan> plan;
    /// One for each section of the plan.
    std::vector<SectionView> views;
};

/// Any thread, because blocks never change.
SectionPlan plan_sections(const SeatBlocks& blocks);
/// The approximate memory of a plan.
std::size_t bytes_of(const SectionPlan& plan);

/// Counts the seats by section. `plan`: a plan of this event. If seats were added since, makes a
/// new one. Otherwise it takes time for the holds that it looks at, soonest end first, until each
/// section with held seats has its next release, and some microseconds for 100,000 seats.
SectionList list_sections(
    const Inventory& state,
    const EventRow& event,
    std::shared_ptr<const SectionPlan> plan,
    Instant now
);

}  // namespace frontrow::domain
