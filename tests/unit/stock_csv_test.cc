#include "wire/stock_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {
namespace {

using testing::ElementsAre;

template <class Rows>
std::vector<std::string> complaints_in(const Result<Rows, ParseError>& parsed) {
    std::vector<std::string> fields;
    if (parsed) return fields;
    for (const auto& [field, message] : parsed.error().fields) {
        EXPECT_NE(message, "");
        fields.push_back(field.empty() ? message : field);
    }
    return fields;
}

TEST(CategoryTable, has_a_category_in_each_line) {
    const auto rows = parse_category_csv(
        "Total Stock;name;price;note\n150;Standing;6000;in front\n0;Cafe\u0301;0;\n"
    );
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 2);
    EXPECT_EQ((*rows)[0].category, (domain::Category{"Standing", 6'000, 150}));
    EXPECT_EQ((*rows)[0].line, 2);
    EXPECT_EQ((*rows)[1].category, (domain::Category{"Caf\u00E9", 0, 0}));
}

TEST(CategoryTable, says_line_and_column_of_everything_that_is_wrong) {
    EXPECT_THAT(
        complaints_in(parse_category_csv("name,price,total_stock\n,60.00,1\nA,1,-1\nB,1\n")),
        ElementsAre(
            "line 2, name", "line 2, price", "line 3, total_stock", "line 4", "line 4, total_stock"
        )
    );
    EXPECT_THAT(
        complaints_in(parse_category_csv("name,price\nA,1\n")), ElementsAre("line 1, total_stock")
    );
    EXPECT_THAT(complaints_in(parse_category_csv("name,\xFF\n")), ElementsAre("line 1"));
    EXPECT_THAT(
        complaints_in(parse_category_csv("name,price,total_stock\n")),
        ElementsAre("The table must hold 1 to 100 categories.")
    );
}

TEST(AllocationTable, has_an_allocation_in_each_line) {
    const auto rows = parse_allocation_csv(
        "name,category,quantity,access_code,limit,limit_per_user,until\n"
        "Guests,Standing,20,2027,10,2,2027-02-10T09:00:00Z\n"
        "Fan club,,,SNOW,,,\n"
        "House,,,,,,\n"
    );
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 3);
    const auto& guests = (*rows)[0];
    const domain::Allocation terms{
        .name = "Guests",
        .category = "Standing",
        .quantity = 20,
        .limit = 10,
        .limit_per_user = 2,
        .until = std::chrono::sys_days{std::chrono::year{2027} / 2 / 10} + std::chrono::hours{9},
    };
    EXPECT_EQ(guests.allocation, terms);
    EXPECT_EQ(guests.access_code, "2027");
    EXPECT_EQ(guests.line, 2);
    EXPECT_EQ((*rows)[1].allocation, (domain::Allocation{.name = "Fan club"}));
    EXPECT_EQ((*rows)[1].access_code, "SNOW");
    EXPECT_EQ((*rows)[2].access_code, std::nullopt);
}

TEST(AllocationTable, says_line_and_column_of_everything_that_is_wrong) {
    const auto wrong = [](std::string_view row) {
        return complaints_in(parse_allocation_csv(
            "name,category,quantity,access_code,limit,limit_per_user,until\n" + std::string{row}
        ));
    };
    EXPECT_THAT(wrong(",Floor,1,,,,"), ElementsAre("line 2, name"));
    EXPECT_THAT(wrong("a,Floor,,,,,"), ElementsAre("line 2, quantity"));
    EXPECT_THAT(wrong("a,,1,,,,"), ElementsAre("line 2, category"));
    EXPECT_THAT(wrong("a,Floor,0,,,,"), ElementsAre("line 2, quantity"));
    EXPECT_THAT(
        wrong("a,,," + std::string(65, 'x') + ",0,few,tomorrow"),
        ElementsAre(
            "line 2, limit", "line 2, limit_per_user", "line 2, until", "line 2, access_code"
        )
    );
}

}  // namespace
}  // namespace frontrow::wire
