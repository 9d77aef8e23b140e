#include "support/openapi_check.h"

#include "support/json_schema.h"

#include <boost/json.hpp>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

// Tests the checker that all other tests use, and the document that it uses.

namespace frontrow::test {
namespace {

namespace json = boost::json;

void for_each_object(
    const json::value& node,
    const std::string& at,
    const std::function<void(const json::object&, const std::string&)>& look
) {
    if (const auto* array = node.if_array()) {
        for (std::size_t i = 0; i < array->size(); ++i)
            for_each_object((*array)[i], at + "/" + std::to_string(i), look);
    }
    const auto* object = node.if_object();
    if (object == nullptr) return;
    look(*object, at);
    for (const auto& [key, value] : *object)
        for_each_object(value, at + "/" + std::string{key}, look);
}

TEST(JsonSchema, tells_what_fits_from_what_does_not) {
    const auto document =
        json::parse(R"({"definitions":{"count":{"type":"integer","minimum":1}}})");
    const JsonSchema judge{document};
    const struct {
        const char* schema;
        std::vector<const char*> fits;
        std::vector<const char*> breaks;
    } rows[] = {
        {R"({"type":"integer"})",
         {"1", "-1", "18446744073709551615"},
         {"1.5", "\"1\"", "null", "true", "[]", "{}"}},
        {R"({"type":"number"})", {"1", "1.5"}, {"\"1\"", "null"}},
        {R"({"type":"string"})", {"\"\""}, {"1", "null"}},
        {R"({"type":"boolean"})", {"true"}, {"0", "\"true\""}},
        {R"({"type":"array","items":{"type":"string"}})",
         {"[]", "[\"a\"]"},
         {"[1]", "[\"a\",null]", "{}"}},
        {R"({"type":"array","minItems":1,"maxItems":2,"uniqueItems":true})",
         {"[1]", "[1,2]"},
         {"[]", "[1,2,3]", "[1,1]"}},
        {R"({"minimum":1,"maximum":3})", {"1", "3", "\"x\""}, {"0", "4", "3.1"}},
        {R"({"minLength":1,"maxLength":2})", {"\"a\"", "\"\u5e2d\u5e2d\""}, {"\"\"", "\"abc\""}},
        {R"({"pattern":"^[A-Z]{3}$"})", {"\"JPY\""}, {"\"jpy\"", "\"JPYX\""}},
        {R"({"format":"uuid"})",
         {"\"018f7c2e-0a10-7000-8000-000000000001\""},
         {"\"\"", "\"018F7C2E-0a10-7000-8000-000000000001\"", "\"018f7c2e0a1070008000000000000001\""
         }},
        {R"({"format":"date-time"})", {"\"2026-12-20T10:00:00.000Z\""}, {"\"2026-12-20\"", "\"\""}},
        {R"({"enum":["a","b"]})", {"\"a\""}, {"\"c\"", "1"}},
        {R"({"const":"a"})", {"\"a\""}, {"\"b\""}},
        {R"({"type":"object","required":["a"],"properties":{"a":{"type":"integer"},"b":{}}})",
         {R"({"a":1})", R"({"a":1,"b":null})"},
         {"{}", R"({"a":"1"})", R"({"a":1,"c":1})"}},
        {R"({"type":"object","properties":{"a":{}},"additionalProperties":true})",
         {R"({"c":1})"},
         {"1"}},
        {R"({"type":"object"})", {"{}", R"({"c":1})"}, {"[]"}},
        {R"({"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"b":{"const":1}},"required":["b"]}]})",
         {R"({"a":1,"b":1})"},
         {R"({"a":1})", R"({"a":1,"b":2})", R"({"b":1,"c":1})"}},
        {R"({"oneOf":[{"type":"integer"},{"minimum":5}]})", {"1", "5.5"}, {"7", "1.5"}},
        {R"({"anyOf":[{"type":"integer"},{"minimum":5}]})", {"1", "7", "5.5"}, {"1.5"}},
        {R"({"not":{"required":["a"]}})", {"{}"}, {R"({"a":1})"}},
        {R"({"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}})",
         {R"({"a":1,"b":1})", R"({"a":2,"c":1})"},
         {R"({"a":1})", R"({"a":2,"b":1})"}},
        {R"({"$ref":"#/definitions/count"})", {"1"}, {"0", "\"1\""}},
    };
    for (const auto& row : rows) {
        const auto schema = json::parse(row.schema);
        EXPECT_EQ(JsonSchema::unknown_keywords(schema), std::set<std::string>{});
        for (const auto* value : row.fits)
            EXPECT_EQ(judge.misfit(json::parse(value), schema), "") << row.schema << " " << value;
        for (const auto* value : row.breaks)
            EXPECT_NE(judge.misfit(json::parse(value), schema), "") << row.schema << " " << value;
    }
    const auto nested =
        json::parse(R"({"properties":{"a":{"items":{"properties":{"b":{"type":"string"}}}}}})");
    EXPECT_EQ(
        judge.misfit(json::parse(R"({"a":[{"b":"x"},{"b":1}]})"), nested),
        ".a[1].b isn't of type string"
    );
    EXPECT_EQ(
        JsonSchema::unknown_keywords(json::parse(R"({"items":{"multipleOf":2}})")),
        std::set<std::string>{"multipleOf"}
    );
}

TEST(Openapi, uses_no_keyword_that_the_checks_pass_over) {
    const auto& components = openapi_document().at("components");
    for (const auto& [name, schema] : components.at("schemas").as_object())
        EXPECT_EQ(JsonSchema::unknown_keywords(schema), std::set<std::string>{}) << name;
    int schemas = 0;
    for_each_object(openapi_document(), "", [&](const json::object& object, const std::string& at) {
        const auto* schema = object.if_contains("schema");
        if (schema == nullptr) return;
        EXPECT_EQ(JsonSchema::unknown_keywords(*schema), std::set<std::string>{}) << at;
        ++schemas;
    });
    EXPECT_GT(schemas, 50);
}

TEST(Openapi, shows_no_example_that_breaks_its_own_schema) {
    const JsonSchema judge{openapi_document()};
    int examples = 0;
    for_each_object(openapi_document(), "", [&](const json::object& media, const std::string& at) {
        const auto* schema = media.if_contains("schema");
        if (schema == nullptr) return;
        if (const auto* example = media.if_contains("example")) {
            EXPECT_EQ(judge.misfit(*example, *schema), "") << at;
            ++examples;
        }
        const auto* several = media.if_contains("examples");
        if (several == nullptr) return;
        for (const auto& [name, node] : several->as_object()) {
            EXPECT_EQ(judge.misfit(judge.follow(node).at("value"), *schema), "")
                << at << " " << name;
            ++examples;
        }
    });
    EXPECT_GT(examples, 40);
}

/// Whether the operation has a query parameter with this name.
bool asks_for(const JsonSchema& judge, const json::object& operation, std::string_view name) {
    const auto* parameters = operation.if_contains("parameters");
    if (parameters == nullptr) return false;
    return std::ranges::any_of(parameters->as_array(), [&](const json::value& node) {
        const auto& parameter = judge.follow(node);
        return parameter.at("in") == "query" && parameter.at("name").as_string() == name;
    });
}

TEST(Openapi, names_what_each_list_that_has_a_next_part_takes) {
    const JsonSchema judge{openapi_document()};
    int lists = 0;
    for (const auto& [path, item] : openapi_document().at("paths").as_object()) {
        const auto* get = item.as_object().if_contains("get");
        const auto* good =
            get == nullptr ? nullptr : get->at("responses").as_object().if_contains("200");
        const auto* headers =
            good == nullptr ? nullptr : judge.follow(*good).as_object().if_contains("headers");
        const auto* link = headers == nullptr ? nullptr : headers->as_object().if_contains("Link");
        if (link == nullptr) continue;
        const auto& operation = get->as_object();
        EXPECT_TRUE(asks_for(judge, operation, "limit")) << path;
        const auto pattern =
            std::string{judge.follow(*link).at("schema").at("pattern").as_string()};
        const bool is_by_cursor = pattern.find("cursor=") != std::string::npos;
        for (const auto* name : {"cursor", "offset"})
            EXPECT_EQ(asks_for(judge, operation, name), is_by_cursor) << path << " " << name;
        EXPECT_EQ(asks_for(judge, operation, "after"), !is_by_cursor) << path;
        ++lists;
    }
    EXPECT_GT(lists, 5);
}

void add_codes(const json::value& node, std::set<std::string>& codes) {
    for_each_object(node, "", [&](const json::object& object, const std::string& at) {
        if (!at.ends_with("/code")) return;
        if (const auto* one = object.if_contains("const")) codes.emplace(one->as_string());
        if (const auto* several = object.if_contains("enum"))
            for (const auto& one : several->as_array())
                codes.emplace(one.as_string());
    });
}

TEST(Openapi, shows_an_example_of_every_body_and_of_every_code_of_a_problem) {
    const JsonSchema judge{openapi_document()};
    std::set<std::string> shown_anywhere;
    for_each_object(openapi_document(), "", [&](const json::object& object, const std::string& at) {
        const auto* content = object.if_contains("content");
        if (content == nullptr) return;
        for (const auto& [type, node] : content->as_object()) {
            const auto& media = node.as_object();
            ASSERT_TRUE(media.contains("example") || media.contains("examples")) << at;
            if (type != "application/problem+json") continue;
            std::set<std::string> codes;
            add_codes(media.at("schema"), codes);
            std::set<std::string> shown;
            if (const auto* one = media.if_contains("example"))
                shown.emplace(one->at("code").as_string());
            if (const auto* several = media.if_contains("examples"))
                for (const auto& [name, example] : several->as_object())
                    shown.emplace(judge.follow(example).at("value").at("code").as_string());
            EXPECT_EQ(shown, codes) << at;
            shown_anywhere.insert(shown.begin(), shown.end());
        }
    });
    std::set<std::string> all;
    add_codes(openapi_document().at("components").at("schemas").at("Problem"), all);
    EXPECT_EQ(shown_anywhere, all);
}

TEST(Openapi, leads_every_reference_somewhere_and_names_every_operation_once) {
    std::set<std::string> names;
    for_each_object(openapi_document(), "", [&](const json::object& object, const std::string& at) {
        if (const auto* reference = object.if_contains("$ref")) {
            boost::system::error_code error;
            EXPECT_NE(
                openapi_document().find_pointer(reference->as_string().subview(1), error), nullptr
            ) << at;
        }
        const auto* name = object.if_contains("operationId");
        if (name != nullptr) EXPECT_TRUE(names.emplace(name->as_string()).second) << at;
    });
    EXPECT_EQ(names.size(), openapi_operations().size());
}

/// A correct answer.
HttpAnswer good_answer() {
    HttpAnswer answer;
    answer.status = 200;
    answer.headers = {
        {"content-type", "application/json"},
        {"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
        {"trace-id", std::string(32, 'a')},
        {"x-request-id", "r"},
        {"x-content-type-options", "nosniff"},
        {"x-frame-options", "DENY"},
        {"referrer-policy", "no-referrer"},
        {"content-security-policy", "default-src 'none'"},
    };
    answer.body = R"({"count":3})";
    answer.json = json::parse(answer.body);
    return answer;
}

const std::string kCount =
    "/api/v1/events/018f7c2e-0a10-7000-8000-000000000001/seats/available/count";

void judge(const HttpAnswer& answer) {
    check_any_answer(answer);
    check_against_openapi("GET", kCount, answer);
}

TEST(OpenapiCheck, lets_a_right_answer_pass) {
    judge(good_answer());
}

HttpAnswer with_body(const char* text) {
    auto answer = good_answer();
    answer.json = json::parse(answer.body = text);
    return answer;
}

HttpAnswer with_header(const std::string& name, const std::string& value) {
    auto answer = good_answer();
    answer.headers[name] = value;
    return answer;
}

/// Some trace ids look like numbers: one in some millions has only digits, or digits and one e.
TEST(OpenapiCheck, takes_a_text_that_looks_like_a_number_for_a_text) {
    judge(with_header("trace-id", "19398387328520562413348315873811"));
    judge(with_header("x-request-id", "1e400"));
}

TEST(OpenapiCheck, fails_the_test_for_an_answer_that_is_not_documented) {
    auto other_status = good_answer();
    other_status.status = 202;
    EXPECT_NONFATAL_FAILURE(judge(other_status), "isn't documented");
    EXPECT_NONFATAL_FAILURE(judge(with_body(R"({"count":"3"})")), ".count isn't of type integer");
    EXPECT_NONFATAL_FAILURE(judge(with_body(R"({"count":-1})")), ".count is out of bounds");
    EXPECT_NONFATAL_FAILURE(judge(with_body("{}")), ".count is missing");
    EXPECT_NONFATAL_FAILURE(
        judge(with_body(R"({"count":3,"user_id":"alice"})")), ".user_id isn't documented"
    );
    EXPECT_NONFATAL_FAILURE(judge(with_header("x-frame-options", "ALLOW")), "x-frame-options");
    EXPECT_NONFATAL_FAILURE(judge(with_header("referrer-policy", "")), "referrer-policy");
    EXPECT_NONFATAL_FAILURE(judge(with_header("link", "</>; rel=\"next\"")), "link, which isn't");
    EXPECT_NONFATAL_FAILURE(judge(with_header("date", "1994-11-06T08:49:37Z")), "date");
    EXPECT_NONFATAL_FAILURE(
        check_against_openapi("PATCH", kCount, good_answer()), "isn't in the document"
    );
    EXPECT_NONFATAL_FAILURE(
        check_against_openapi("GET", "/nowhere", good_answer()), "isn't in the document"
    );
}

}  // namespace
}  // namespace frontrow::test
