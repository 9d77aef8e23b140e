#include "wire/holder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What is said about the person who will use a ticket: requests, the kept form, what is missing.

namespace frontrow::wire {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> wrong_in(std::string_view body) {
    std::vector<std::string> fields;
    if (const auto read = parse_holder_request(body); !read)
        for (const auto& error : read.error().fields)
            fields.push_back(error.field);
    return fields;
}

std::string answer(std::string_view label, std::string_view text) {
    return R"({"label":")" + std::string{label} + R"(","text":")" + std::string{text} + "\"}";
}
std::string answers(const std::string& all) {
    return R"({"answers":[)" + all + "]}";
}

TEST(HolderRequest, says_a_name_and_answers) {
    const auto read = parse_holder_request(
        R"({"name":"Zoe\u0308","answers":[{"label":"Diet","text":"none"},{"label":"\u5e2d","text":"9"}]})"
    );
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (HolderDetails{"Zoë", {{"Diet", "none"}, {"席", "9"}}}));
    for (const auto* empty : {"{}", R"({"name":null,"answers":null})", R"({"answers":[]})"})
        EXPECT_TRUE(parse_holder_request(empty).value().is_empty()) << empty;
}

TEST(HolderRequest, is_bounded_in_every_text) {
    const std::string name(200, 'n');
    const std::string text(500, 't');
    EXPECT_THAT(wrong_in(R"({"name":")" + name + "\"}"), IsEmpty());
    EXPECT_THAT(wrong_in(R"({"name":")" + name + "n\"}"), ElementsAre("name"));
    EXPECT_THAT(wrong_in(R"({"name":" "})"), ElementsAre("name"));
    EXPECT_THAT(wrong_in(R"({"name":7})"), ElementsAre("name"));
    EXPECT_THAT(wrong_in(answers(answer(name, text))), IsEmpty());
    EXPECT_THAT(wrong_in(answers(answer(name + "n", "x"))), ElementsAre("answers[0].label"));
    EXPECT_THAT(wrong_in(answers(answer("A", text + "t"))), ElementsAre("answers[0].text"));
    EXPECT_THAT(wrong_in(answers(answer("A", ""))), ElementsAre("answers[0].text"));
    EXPECT_THAT(wrong_in(answers("7")), ElementsAre("answers[0]"));
    EXPECT_THAT(wrong_in(answers("{}")), ElementsAre("answers[0].label", "answers[0].text"));
    EXPECT_THAT(wrong_in(R"({"answers":{}})"), ElementsAre("answers"));
    EXPECT_THAT(
        wrong_in(answers(answer("A", "x") + "," + answer("B", "x") + "," + answer("A", "y"))),
        ElementsAre("answers[2].label")
    );
}

TEST(HolderRecord, is_kept_with_its_account_and_read_back) {
    const HolderDetails details{"A \"B\"", {{"Diet", "none"}}};
    const auto record = holder_record(details, "alice");
    EXPECT_EQ(
        record, R"({"user_id":"alice","name":"A \"B\"","answers":[{"label":"Diet","text":"none"}]})"
    );
    EXPECT_EQ(parse_holder_record(record)->details, details);
    EXPECT_EQ(parse_holder_record(record)->user, "alice");
    for (const auto* broken : {"", "[]", "{}", R"({"user_id":"a","name":7})"})
        EXPECT_FALSE(parse_holder_record(broken).has_value()) << broken;
}

TEST(HolderRecord, that_was_kept_under_other_limits_is_read) {
    const HolderDetails details{std::string(900, 'n'), {{std::string(900, 'l'), "\x01"}}};
    EXPECT_EQ(parse_holder_record(holder_record(details, "a"))->details, details);
}

domain::Asks asking(domain::AsksDetails details) {
    return domain::Admission::of({.gates = {}, .asks = std::move(details)}).asks();
}

TEST(HolderDetails, lack_what_is_required) {
    const auto asks = asking({true, {{"Diet", false}, {"Size", true}, {"Age", true}}, {}});
    EXPECT_THAT(missing(asks, {}), ElementsAre("name", "Size", "Age"));
    EXPECT_THAT(missing(asks, {"A", {{"Age", "9"}, {"Other", "x"}}}), ElementsAre("Size"));
    EXPECT_THAT(missing(asks, {"A", {{"Age", "9"}, {"Size", "M"}}}), IsEmpty());
    EXPECT_THAT(missing({}, {}), IsEmpty());
    EXPECT_THAT(missing(asking({.terms = "t"}), {}), IsEmpty());
}

}  // namespace
}  // namespace frontrow::wire
