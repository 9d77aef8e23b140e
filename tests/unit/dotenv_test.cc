#include "config/dotenv.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace frontrow::config {
namespace {

struct Line {
    std::string text;
    std::string value;

    friend std::ostream& operator<<(std::ostream& out, const Line& line) {
        return out << line.text;
    }
};

TEST(Dotenv, reads_a_value_as_shells_do) {
    const Line lines[] = {
        {"A=b", "b"},
        {"A=", ""},
        {"  A = b c  ", "b c"},
        {"export A=b", "b"},
        {"A=b\r", "b"},
        {"A=b # a comment", "b"},
        {"A=b#no comment", "b#no comment"},
        {"A=#b", "#b"},
        {"A=#b # a comment", "#b"},
        {"A= # a comment", ""},
        {"A= #a comment", ""},
        {"A=# ", "#"},
        {"A=postgres://u:p@h/d?x=y", "postgres://u:p@h/d?x=y"},
        {"A='b # $c \\n'", "b # $c \\n"},
        {"A=\"b # \\$c\\n\\t\\\"\\\\\" # a comment", "b # $c\n\t\"\\"},
        {"A=b\"c\"", "b\"c\""},
        {"A=''", ""},
    };
    for (const auto& line : lines) {
        const auto read = parse_dotenv(line.text);
        ASSERT_TRUE(read && read->size() == 1) << line;
        EXPECT_EQ(read->front().name, "A") << line;
        EXPECT_EQ(read->front().value, line.value) << line;
    }
}

TEST(Dotenv, passes_over_a_byte_order_mark_at_its_beginning_alone) {
    const std::string mark = "\xEF\xBB\xBF";
    const auto read = parse_dotenv(mark + "A=" + mark + "b\n");
    ASSERT_TRUE(read && read->size() == 1);
    EXPECT_EQ(read->front().name, "A");
    EXPECT_EQ(read->front().value, mark + "b");
    EXPECT_FALSE(parse_dotenv("A=b\n" + mark + "C=d\n"));
}

TEST(Dotenv, counts_lines_and_passes_over_those_that_say_nothing) {
    const auto read = parse_dotenv("# first\n\nA=1\n   # more\n\t\nB_2=2\n\nA=3");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 3);
    EXPECT_EQ((*read)[0].line, 3);
    EXPECT_EQ((*read)[1].name, "B_2");
    EXPECT_EQ((*read)[1].line, 6);
    EXPECT_EQ((*read)[2].line, 8);
    EXPECT_TRUE(parse_dotenv("")->empty());
}

TEST(Dotenv, names_a_line_that_it_cannot_understand_and_keeps_it_to_itself) {
    for (const auto* bad :
         {"my-secret",
          "=my-secret",
          "1A=my-secret",
          "A-B=my-secret",
          "A B=my-secret",
          "A='my-secret",
          "A=\"my-secret",
          "A=\"my-secret\\\"",
          "A='my-secret' more",
          "A=\"my-secret\"more",
          "export my-secret"}) {
        const auto read = parse_dotenv(std::string{"A=1\n"} + bad + "\nB=2\n");
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().line, 2) << bad;
        EXPECT_EQ(read.error().reason.find("secret"), std::string::npos) << bad;
    }
}

}  // namespace
}  // namespace frontrow::config
