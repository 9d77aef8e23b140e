#pragma once

#include "base/result.h"
#include "domain/allocation.h"
#include "domain/category.h"
#include "wire/parse_error.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

// Tables of what an event sells beside its seats. Both are read like a table of seats
// (csv_table.h), with the same bounds as in JSON.

struct CategoryRow {
    domain::Category category;
    std::size_t line = 0;
};

struct AllocationRow {
    /// Without seats and codes. Without a category if the row gives terms to an allocation of
    /// seats, which a table of seats names.
    domain::Allocation allocation;
    std::optional<std::string> access_code;
    std::size_t line = 0;
};

/// The columns are name, price and total_stock.
Result<std::vector<CategoryRow>, ParseError> parse_category_csv(std::string_view text);

/// The columns are name, and optionally category and quantity, access_code, limit, limit_per_user
/// and until.
Result<std::vector<AllocationRow>, ParseError> parse_allocation_csv(std::string_view text);

}  // namespace frontrow::wire
