#pragma once

#include "base/some.h"
#include "domain/category.h"
#include "wire/fields.h"
#include "wire/spec_json.h"

namespace frontrow::wire {

// The fields of categories and of the units that somebody claims of them. They are the same in
// requests, facts and answers.

inline constexpr TextBounds kCategoryName{1, 64, TextKind::label};
inline constexpr NumberLimits kTotalStock{{0, domain::kStockMax}, kAnyCount};
inline constexpr NumberLimits kQuantity{{1, 1'000}, kAnyCount};

template <class Fields, Some<domain::Category> Category>
void describe(Fields& fields, Category& category) {
    auto& [name, price, total_stock] = category;
    fields("name", name, kCategoryName);
    fields.amount("price", price, kPriceLimits);
    fields("total_stock", total_stock, kTotalStock);
}

template <class Fields, Some<domain::WantedItem> Item>
void describe(Fields& fields, Item& item) {
    auto& [category, quantity] = item;
    fields("category", category, kCategoryName);
    fields("quantity", quantity, kQuantity);
}

template <class Fields, Some<domain::Item> Item>
void describe(Fields& fields, Item& item) {
    auto& [category, quantity, unit_price] = item;
    fields("category", category, kCategoryName);
    fields("quantity", quantity, kQuantity);
    fields.amount("unit_price", unit_price, kPriceLimits);
}

}  // namespace frontrow::wire
