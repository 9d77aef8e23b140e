#pragma once

#include "base/money.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::domain {

/// General admission: places of an event that have no seat and are all alike. `name` is unique in
/// the event and never changes; the price and the total may change while the category sells.
struct Category {
    std::string name;
    Amount price = 0;
    std::uint32_t total_stock = 0;

    friend bool operator==(const Category&, const Category&) = default;
};

/// How many units of a category are held and sold, and how many are held back by allocations and
/// not used.
struct StockCounts {
    std::uint32_t reserved = 0;
    std::uint32_t confirmed = 0;
    /// A difference of sums. In the state it may be negative for a moment, while `reserved` counts
    /// units whose hold has run out.
    std::int64_t held_back = 0;

    std::uint32_t taken() const { return reserved + confirmed; }
    /// The units that aren't on general sale.
    std::int64_t out() const { return taken() + held_back; }
    friend bool operator==(const StockCounts&, const StockCounts&) = default;
};

/// A category as a reader sees it at one instant.
struct CategoryView {
    Category category;
    StockCounts counts;

    std::uint32_t available() const {
        return static_cast<std::uint32_t>(category.total_stock - counts.out());
    }
    friend bool operator==(const CategoryView&, const CategoryView&) = default;
};

/// Units of a category that somebody asks for.
struct WantedItem {
    std::string category;
    std::uint32_t quantity = 0;

    friend bool operator==(const WantedItem&, const WantedItem&) = default;
};
using WantedItems = std::vector<WantedItem>;

/// Units of a category in a reservation, with the price of each when they were claimed.
struct Item {
    std::string category;
    std::uint32_t quantity = 0;
    Amount unit_price = 0;

    friend bool operator==(const Item&, const Item&) = default;
};
using Items = std::vector<Item>;

/// The most categories that an event may have.
inline constexpr std::size_t kCategoriesMax = 100;
/// The most units that a category may have.
inline constexpr std::uint32_t kStockMax = 10'000'000;

/// The sum of the quantities of WantedItems or Items.
template <class Some>
std::uint64_t units_of(const Some& items) {
    std::uint64_t units = 0;
    for (const auto& item : items)
        units += item.quantity;
    return units;
}

// A list of Items or of ItemRows has one entry for each category and unit price.

/// Adds units to the entry with their category and price, or as a new last entry.
template <class Some>
void add_units(std::vector<Some>& items, const Some& added) {
    for (auto& item : items) {
        if (item.category != added.category || item.unit_price != added.unit_price) continue;
        item.quantity += added.quantity;
        return;
    }
    items.push_back(added);
}

/// Takes units out of the entry with their category and price. An entry without units is erased.
/// Returns false, and changes nothing, if the list has fewer of these units.
template <class Some>
bool take_units(std::vector<Some>& items, const Some& taken) {
    for (auto item = items.begin(); item != items.end(); ++item) {
        if (item->category != taken.category || item->unit_price != taken.unit_price) continue;
        if (item->quantity < taken.quantity) return false;
        item->quantity -= taken.quantity;
        if (item->quantity == 0) items.erase(item);
        return true;
    }
    return false;
}

}  // namespace frontrow::domain
