#include "wire/stock_csv.h"

#include "wire/allocation_fields.h"
#include "wire/category_fields.h"
#include "wire/csv_table.h"

#include <utility>

namespace frontrow::wire {
namespace {

constexpr CsvColumn kCategoryColumns[] = {
    {.name = "name", .is_required = true},
    {.name = "price", .type = CsvType::whole, .is_required = true},
    {.name = "total_stock", .type = CsvType::whole, .is_required = true},
};

constexpr CsvColumn kAllocationColumns[] = {
    {.name = "name", .is_required = true},
    {.name = "category"},
    {.name = "quantity", .type = CsvType::whole},
    {.name = "access_code"},
    {.name = "limit", .type = CsvType::whole},
    {.name = "limit_per_user", .type = CsvType::whole},
    {.name = "until"},
};

/// Reads one row from each record with `read(ObjectReader&)`.
template <class Read>
auto read_rows(std::string_view text, const CsvShape& shape, Read read)
    -> Result<std::vector<decltype(read(std::declval<ObjectReader&>()))>, ParseError> {
    std::vector<decltype(read(std::declval<ObjectReader&>()))> rows;
    Complaints complaints;
    read_csv_table(text, shape, complaints, [&](ObjectReader& in, std::size_t line) {
        rows.push_back(read(in));
        rows.back().line = line;
    });
    if (!complaints.none()) return std::unexpected(complaints.take());
    return rows;
}

}  // namespace

Result<std::vector<CategoryRow>, ParseError> parse_category_csv(std::string_view text) {
    const CsvShape shape{
        .columns = kCategoryColumns, .records_max = domain::kCategoriesMax, .what = "categories"
    };
    return read_rows(text, shape, [](ObjectReader& in) {
        CategoryRow row;
        FieldsReader fields{in};
        describe(fields, row.category);
        return row;
    });
}

Result<std::vector<AllocationRow>, ParseError> parse_allocation_csv(std::string_view text) {
    const CsvShape shape{
        .columns = kAllocationColumns, .records_max = domain::kAllocationsMax, .what = "allocations"
    };
    return read_rows(text, shape, [](ObjectReader& in) {
        AllocationRow row;
        auto& allocation = row.allocation;
        FieldsReader fields{in};
        fields("name", allocation.name, kAllocationName);
        if (in.has("category") || in.has("quantity")) {
            fields("category", allocation.category, kCategoryName);
            fields("quantity", allocation.quantity, kAllocatedUnits);
        }
        describe_terms(fields, allocation);
        row.access_code = in.optional_text("access_code", kAccessCode);
        return row;
    });
}

}  // namespace frontrow::wire
