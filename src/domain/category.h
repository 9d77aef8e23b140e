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

/// How many units of a category are held and sold.
struct StockCounts {
    std::uint32_t reserved = 0;
    std::uint32_t confirmed = 0;

    std::uint32_t taken() const { return reserved + confirmed; }
    friend bool operator==(const StockCounts&, const StockCounts&) = default;
};

/// A category as a reader sees it at one instant.
struct CategoryView {
    Category category;
    StockCounts counts;

    std::uint32_t available() const { return category.total_stock - counts.taken(); }
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

}  // namespace frontrow::domain
