#include "wire/seat_csv.h"

#include "wire/csv_reader.h"
#include "wire/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Record = std::vector<std::string>;

struct Read {
    std::vector<Record> records;
    std::vector<std::size_t> lines;
    std::string error;
};

Read read_csv(std::string_view text) {
    CsvReader csv{text};
    Read read;
    Record record;
    while (csv.next(record)) {
        read.records.push_back(record);
        read.lines.push_back(csv.line());
    }
    read.error = csv.error();
    if (!read.error.empty()) read.lines.push_back(csv.line());
    return read;
}

TEST(Csv, is_read_as_rfc_4180_has_it) {
    const auto read = read_csv("a,b c,\r\n\"x,\"\"y\"\"\",\"1\r\n2\",\"\"\nlast,\"\"\"\",z");
    EXPECT_EQ(read.error, "");
    EXPECT_THAT(
        read.records,
        ElementsAre(
            Record{"a", "b c", ""}, Record{"x,\"y\"", "1\r\n2", ""}, Record{"last", "\"", "z"}
        )
    );
    EXPECT_THAT(read.lines, ElementsAre(1, 2, 4));
}

TEST(Csv, passes_over_a_byte_order_mark_and_empty_lines) {
    const auto read = read_csv("\xEF\xBB\xBF\r\na\n\n\r\nb\n\n");
    EXPECT_THAT(read.records, ElementsAre(Record{"a"}, Record{"b"}));
    EXPECT_THAT(read.lines, ElementsAre(2, 5));
    for (const auto* none : {"", "\n", "\xEF\xBB\xBF", "\r\n\r\n"})
        EXPECT_THAT(read_csv(none).records, IsEmpty());
}

TEST(Csv, says_in_which_line_a_quote_is_wrong) {
    for (const auto* wrong : {"a\nb,\"c\nd\ne", "a\nb,c\"d\n", "a\n\"b\"c\n", "a\n\"b\" ,c"}) {
        const auto read = read_csv(wrong);
        EXPECT_NE(read.error, "") << wrong;
        EXPECT_THAT(read.lines, ElementsAre(1, 2)) << wrong;
    }
}

/// Each field takes far more memory than its comma, so a long line of commas could exhaust it.
TEST(Csv, has_1000_fields_in_a_record_at_most) {
    const auto longest = std::string(999, ',');
    const auto read = read_csv("a\n" + longest + "\n" + longest + "\n");
    EXPECT_EQ(read.error, "");
    ASSERT_EQ(read.records.size(), 3);
    EXPECT_EQ(read.records.back(), Record(1'000));
    for (const auto& more :
         {longest + ",", longest + ",a", longest + ",\n", longest + ",\"\"\nb"}) {
        const auto beyond = read_csv("a\n" + more);
        EXPECT_EQ(beyond.error, "no more than 1000 columns are allowed");
        EXPECT_THAT(beyond.records, ElementsAre(Record{"a"}));
        EXPECT_THAT(beyond.lines, ElementsAre(1, 2));
    }
}

/// Every text of these characters is read to its end, and a quoted one is read back unchanged.
TEST(Csv, reads_every_short_text_of_its_own_marks_to_an_end) {
    const std::string marks = "a\",\r\n";
    for (std::size_t code = 0; code < 15'625; ++code) {
        std::string text;
        auto rest = code;
        for (int i = 0; i < 6; ++i, rest /= marks.size())
            text += marks[rest % marks.size()];
        EXPECT_LE(read_csv(text).records.size(), 6) << text;
        std::string quoted{"\""};
        for (const char c : text)
            quoted += c == '"' ? "\"\"" : std::string(1, c);
        EXPECT_THAT(read_csv(quoted + "\",b").records, ElementsAre(Record{text, "b"}));
    }
}

SeatTable table(std::string_view text) {
    auto parsed = parse_seat_csv(text);
    EXPECT_TRUE(parsed) << parsed.error().fields.front().field
                        << parsed.error().fields.front().message;
    return parsed.value_or(SeatTable{});
}

std::vector<std::string> numbers(std::string_view text) {
    std::vector<std::string> numbers;
    for (const auto& seat : table(text).seats)
        numbers.push_back(seat.number);
    return numbers;
}

std::vector<std::string> complaints(std::string_view text) {
    std::vector<std::string> fields;
    const auto parsed = parse_seat_csv(text);
    if (parsed) return fields;
    for (const auto& [field, message] : parsed.error().fields) {
        EXPECT_NE(message, "");
        fields.push_back(field);
    }
    return fields;
}

TEST(SeatTable, has_its_columns_in_any_order_and_others_beside_them) {
    const auto read = table(
        "price,y,colour,x,seat_number,row,section\r\n"
        "4500,-2,red,1.5,B-7,B,\"Stalls, left\"\r\n"
        "0,,blue,,B-8,,\r\n"
    );
    ASSERT_EQ(read.seats.size(), 2);
    const auto& [first, second] = std::tie(read.seats[0], read.seats[1]);
    EXPECT_EQ(first.number, "B-7");
    EXPECT_EQ(first.section, "Stalls, left");
    EXPECT_EQ(first.row, "B");
    EXPECT_EQ(first.price, 4500);
    EXPECT_EQ(first.position(), (domain::Position{1.5, -2.0}));
    EXPECT_EQ(second.section + second.row, "");
    EXPECT_EQ(second.details, nullptr);
    EXPECT_THAT(read.lines, ElementsAre(2, 3));
}

TEST(SeatTable, says_for_each_seat_what_is_special_about_it_as_a_spreadsheet_would) {
    using enum domain::SeatFlags;
    const auto read = table(
        "seat_number,price,label,Accessible,companion,Restricted View\n"
        "A-1,1,1,true,no,0\n"
        "A-2,1,,FALSE,Yes,x\n"
        "A-3,1,3,,,\n"
        "A-4,1,,1,X,TRUE\n"
        "A-5,1,,No,0,false\n"
    );
    ASSERT_EQ(read.seats.size(), 5);
    const auto flags = [&](std::size_t i) { return read.seats[i].flags(); };
    EXPECT_EQ(flags(0), accessible);
    EXPECT_EQ(flags(1), companion | restricted_view);
    EXPECT_EQ(flags(2), none);
    EXPECT_EQ(flags(3), accessible | companion | restricted_view);
    EXPECT_EQ(flags(4), none);
    EXPECT_EQ(read.seats[0].label(), "1");
    EXPECT_EQ(read.seats[1].label(), "A-2");
    EXPECT_EQ(read.seats[2].details->label, "3");
    EXPECT_EQ(read.seats[4].details, nullptr);
    for (const auto* flag : {"2", "maybe", "ja", "truee", "1.0", "-"})
        EXPECT_THAT(
            complaints("seat_number,price,companion\nA,1,"s + flag),
            ElementsAre("line 2, companion")
        ) << flag;
    EXPECT_THAT(
        complaints("seat_number,price,label\nA,1,12345678901234567\n"), ElementsAre("line 2, label")
    );
}

TEST(SeatTable, names_the_allocation_that_holds_a_seat_back) {
    const auto read = table(
        "seat_number,price,Allocation\nA,1,Press\nB,1,\nC,1,House\nD,1,Press\nE,1,Cafe\u0301\n"
    );
    const std::vector<domain::HeldBackSeats> held_back{
        {"Press", {0, 3}}, {"House", {2}}, {"Caf\u00E9", {4}}
    };
    EXPECT_EQ(read.held_back, held_back);
    EXPECT_THAT(table("seat_number,price\nA,1\n").held_back, IsEmpty());
    EXPECT_THAT(
        complaints("seat_number,price,allocation\nA,1, House\nB,1," + std::string(65, 'x') + "\n"),
        ElementsAre("line 2, allocation", "line 3, allocation")
    );
    std::string many = "seat_number,price,allocation\n";
    for (int i = 0; i < 10'000; ++i)
        many += std::to_string(i) + ",1,House\n";
    EXPECT_EQ(table(many).held_back.front().seats.size(), 10'000);
    EXPECT_THAT(complaints(many + "a,1,House\nb,1,House\n"), ElementsAre("line 10002, allocation"));
}

TEST(SeatTable, takes_the_numbers_as_names_where_each_has_one_place) {
    EXPECT_THAT(
        numbers("section,row,seat_number,price\nA,1,A-1-1,1\nA,2,7,1\nB,1,x,1\n"),
        ElementsAre("A-1-1", "7", "x")
    );
    EXPECT_THAT(numbers("seat_number,price\n7,1\n007,1\n"), ElementsAre("7", "007"));
}

TEST(SeatTable, names_all_seats_by_their_place_where_a_number_comes_again_in_another) {
    EXPECT_THAT(
        numbers("section,row,seat_number,price\nA,1,1,1\nA,2,1,1\nB,,9,1\n,,5,1\n"),
        ElementsAre("A-1-1", "A-2-1", "B-9", "5")
    );
    const auto twice = "section,row,seat_number,price\nA,1,1,1\n\nA,1,2,1\nA,1,1,1\n";
    EXPECT_THAT(numbers(twice), ElementsAre("1", "2", "1"));
    const auto read = table(twice);
    EXPECT_THAT(lines_of("1", read.seats, read.lines), ElementsAre(2, 5));
    EXPECT_THAT(lines_of("2", read.seats, read.lines), ElementsAre(4));
    const auto number = std::string(60, '1');
    EXPECT_THAT(
        complaints("section,seat_number,price\nabcde," + number + ",1\nb," + number + ",1\n"),
        ElementsAre("line 2, seat_number")
    );
}

TEST(SeatTable, says_line_and_column_of_everything_that_is_wrong) {
    EXPECT_THAT(
        complaints("seat_number,price,x\nA,1,2\nB,x,2\n,-1,2\nD,1,east\n"),
        ElementsAre("line 3, price", "line 4, seat_number", "line 4, price", "line 5, x")
    );
    for (const auto* price :
         {"1.5", "1e2", "+1", " 1", "1 ", "0x1", "1e30", "99999999999999999999", ""})
        EXPECT_THAT(
            complaints("note,seat_number,price\n\"a\nb\",A,1\n,c,"s + price + "\n"),
            ElementsAre("line 4, price")
        ) << price;
    for (const auto* place : {"inf", "nan", "1e10", "-1e300", "true"})
        EXPECT_THAT(complaints("seat_number,price,y\nA,1,"s + place), ElementsAre("line 2, y"))
            << place;
    EXPECT_THAT(
        complaints("seat_number,price\nA,1\nB\nC,1,1\n"),
        ElementsAre("line 3", "line 3, price", "line 4")
    );
    EXPECT_THAT(complaints("seat_number,price\nA,1\n\"B,1\n"), ElementsAre("line 3"));
    EXPECT_THAT(complaints("seat_number,price\nA,1\nB\xFF,1\n"), ElementsAre("line 3"));
    EXPECT_THAT(complaints("seat_number,price\nA\x01,1\n"), ElementsAre("line 2, seat_number"));
    EXPECT_THAT(
        complaints("seat_number,price\nA,1\n ,1\n\"\n\",1\n\u3000\u200B,1\n"),
        ElementsAre("line 3, seat_number", "line 4, seat_number", "line 6, seat_number")
    );
    EXPECT_THAT(
        complaints("seat_number,price,row\nA ,1,\n A,1,\nA\t,1,\nA,1,R \nA\u200B,1,R\n"),
        ElementsAre(
            "line 2, seat_number",
            "line 3, seat_number",
            "line 4, seat_number",
            "line 5, row",
            "line 6, seat_number"
        )
    );
}

TEST(SeatTable, may_have_semicolons_or_tabs_for_commas) {
    for (const auto* text :
         {"section;seat_number;price\r\n\"Circle; left\";A,1;70\r\n",
          "section\tseat_number\tprice\n\"Circle; left\"\tA,1\t70\n",
          "section,seat_number,price\nCircle; left,\"A,1\",70\n"}) {
        const auto read = table(text);
        ASSERT_EQ(read.seats.size(), 1) << text;
        EXPECT_EQ(read.seats[0].section, "Circle; left") << text;
        EXPECT_EQ(read.seats[0].number, "A,1") << text;
        EXPECT_EQ(read.seats[0].price, 70) << text;
    }
    // The separator is found by the named columns, whatever else the header contains.
    EXPECT_THAT(numbers("a,b,c;seat_number;price\n1,2,3;A;1\n"), ElementsAre("A"));
    EXPECT_THAT(
        complaints("seat_number|price\nA|1\n"), ElementsAre("line 1, seat_number", "line 1, price")
    );
    EXPECT_THAT(complaints("seat_number;price\nA,1\n"), ElementsAre("line 2", "line 2, price"));
}

TEST(SeatTable, may_name_its_columns_with_capitals_and_blanks) {
    const auto read = table(" Seat Number ,PRICE,Section,ROW ,X, y\nA-1,70,Stalls,B,1,2\n");
    ASSERT_EQ(read.seats.size(), 1);
    EXPECT_EQ(read.seats[0].number, "A-1");
    EXPECT_EQ(read.seats[0].price, 70);
    EXPECT_EQ(read.seats[0].section, "Stalls");
    EXPECT_EQ(read.seats[0].row, "B");
    EXPECT_EQ(read.seats[0].position(), (domain::Position{1.0, 2.0}));
    EXPECT_THAT(numbers("Seat   number;Price\nA-1;70\n"), ElementsAre("A-1"));
    EXPECT_THAT(complaints("Price,price,seat_number\n1,1,A\n"), ElementsAre("line 1, price"));
    EXPECT_THAT(complaints("seat number s,price\nA,1\n"), ElementsAre("line 1, seat_number"));
}

TEST(SeatTable, with_prices_that_have_a_point_hears_of_minor_units) {
    const auto told = [](std::string_view price) {
        const auto parsed = parse_seat_csv("seat_number;price\nA;" + std::string{price} + "\n");
        return parsed ? "" : parsed.error().fields.front().message;
    };
    const std::string whole = "must be a whole number in the currency's minor unit: ";
    const std::string both =
        whole +
        "8000 for 80.00 of a currency with cents, like EUR, and 80 of one without, like JPY";
    EXPECT_EQ(told("80.00"), both);
    EXPECT_EQ(told("80,5"), whole + "8050 for 80,5 of a currency with cents, like EUR");
    EXPECT_EQ(told("0.05"), whole + "5 for 0.05 of a currency with cents, like EUR");
    EXPECT_EQ(
        told("0.0"),
        whole + "0 for 0.0 of a currency with cents, like EUR, and 0 of one without, like JPY"
    );
    for (const auto* unclear : {"8.000", "1,000.00", ".5", "5.", ",", "1.2.3"})
        EXPECT_EQ(told(unclear), whole + "8000 for 80.00 EUR, and 80 for 80 JPY") << unclear;
    for (const auto* no_amount : {"dear", "-1.50", "80 EUR", "1e2", "100000000000000000000.00"})
        EXPECT_EQ(told(no_amount), "must be a whole number from 0 to 1000000000000") << no_amount;
}

TEST(SeatTable, is_kept_in_normal_form_c) {
    // A letter with its mark as one character and as two, and the Angstrom sign.
    const auto read = table(
        "seat_number,section,row,price\n\u00C5-1,\u00C5,e\u0301,1\nA\u030A-1,\u212B,\u00E9,1\n"
    );
    ASSERT_EQ(read.seats.size(), 2);
    for (const auto& seat : read.seats) {
        EXPECT_EQ(seat.number, "\u00C5-1");
        EXPECT_EQ(seat.section, "\u00C5");
        EXPECT_EQ(seat.row, "\u00E9");
    }
    EXPECT_THAT(lines_of("\u00C5-1", read.seats, read.lines), ElementsAre(2, 3));
}

/// If the store refuses two seats for their common name, the answer names the lines of both.
TEST(SeatTable, tells_both_lines_of_seats_that_come_to_one_name) {
    const auto read =
        table("section,row,seat_number,price\nA,1,7,1\nA-1,,7,1\nA,2,7,1\nA-1,7,A,1\nA-1-7,,A,1\n");
    EXPECT_THAT(lines_of("A-1-7", read.seats, read.lines), ElementsAre(2, 3));
    EXPECT_THAT(lines_of("A-2-7", read.seats, read.lines), ElementsAre(4));
    EXPECT_THAT(lines_of("A-1-7-A", read.seats, read.lines), ElementsAre(5, 6));
}

TEST(SeatTable, needs_a_header_with_number_and_price_once_each) {
    EXPECT_THAT(
        complaints("section,row\nA,1\n"), ElementsAre("line 1, seat_number", "line 1, price")
    );
    EXPECT_THAT(complaints("seat_number,price,price\nA,1,2\n"), ElementsAre("line 1, price"));
    EXPECT_THAT(complaints("A,1\nB,2\n"), ElementsAre("line 1, seat_number", "line 1, price"));
    EXPECT_THAT(complaints(""), ElementsAre("line 1, seat_number", "line 1, price"));
    EXPECT_THAT(complaints("\"seat_number,price\nA,1\n"), ElementsAre("line 1"));
}

TEST(SeatTable, has_1000_columns_at_most) {
    const auto with_columns = [](std::size_t count, char delimiter) {
        const std::string point{delimiter};
        const std::string more(count - 2, delimiter);
        return "seat_number" + point + "price" + more + "\nA" + point + "1" + more + "\n";
    };
    for (const char delimiter : {',', ';', '\t'}) {
        EXPECT_THAT(numbers(with_columns(1'000, delimiter)), ElementsAre("A")) << delimiter;
        EXPECT_THAT(complaints(with_columns(1'001, delimiter)), ElementsAre("line 1")) << delimiter;
    }
    EXPECT_THAT(complaints(std::string(6 << 20, ',')), ElementsAre("line 1"));
    EXPECT_THAT(
        complaints("seat_number,price\nA,1\n" + std::string(1'000, ',')), ElementsAre("line 3")
    );
}

TEST(SeatTable, holds_1_to_100000_seats) {
    EXPECT_THAT(complaints("seat_number,price\n"), ElementsAre(""));
    std::string text = "seat_number,price\n";
    for (std::size_t i = 0; i < kBulkSeatsMax; ++i)
        text += std::to_string(i) + ",1\n";
    EXPECT_THAT(complaints(text), IsEmpty());
    EXPECT_THAT(complaints(text + "one more,1\n"), ElementsAre(""));
}

}  // namespace
}  // namespace frontrow::wire
