#include "support/openapi_check.h"

#include "http/handlers/assets.h"
#include "http/query.h"
#include "support/json_schema.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>
#include <vector>

namespace frontrow::test {
namespace {

namespace json = boost::json;

const JsonSchema& schemas() {
    static const JsonSchema made{openapi_document()};
    return made;
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts{""};
    for (const char c : path) {
        if (c == '/') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

/// Whether a segment of a path can be this one of a pattern: `{id}` and `{id}.svg` stand for texts.
bool segment_matches(std::string_view pattern, std::string_view segment) {
    const auto text = http::decode_percent(segment).value_or("");
    if (!pattern.starts_with('{')) return text == pattern;
    const auto rest = pattern.substr(pattern.find('}') + 1);
    return text.size() > rest.size() && text.ends_with(rest);
}

bool path_matches(std::string_view pattern, std::string_view path) {
    return std::ranges::equal(split(pattern), split(path), segment_matches);
}

const json::object* find_operation(std::string_view method, std::string_view target) {
    const auto path = target.substr(0, std::min(target.find('?'), target.size()));
    const json::value* item = nullptr;
    std::size_t longest = 0;
    // Of the patterns that a path fits, the longest says the most: /tickets/{id}.svg.
    for (const auto& [pattern, of_pattern] : openapi_document().at("paths").as_object()) {
        if (pattern.size() <= longest || !path_matches({pattern.data(), pattern.size()}, path))
            continue;
        item = &of_pattern;
        longest = pattern.size();
    }
    if (item == nullptr) return nullptr;
    const auto* operation = item->as_object().if_contains(lower(method));
    return operation == nullptr ? nullptr : &operation->as_object();
}

/// Checks the document's rules for answers to requests that it doesn't list.
void check_undocumented(const std::string& asked, const HttpAnswer& answer) {
    if (asked.starts_with("OPTIONS ") && answer.status == 204) {
        EXPECT_NE(answer.header("allow"), "") << asked;
        EXPECT_EQ(answer.body, "") << asked;
        return;
    }
    constexpr std::array<unsigned, 9> kStatuses{400, 404, 405, 408, 413, 415, 431, 501, 503};
    EXPECT_NE(std::ranges::find(kStatuses, answer.status), kStatuses.end())
        << asked << " isn't in the document: " << answer.body.substr(0, 500);
}

void check_headers(
    const std::string& asked,
    const json::object& response,
    const HttpAnswer& answer
) {
    const auto* headers = response.if_contains("headers");
    std::set<std::string> documented;
    if (headers != nullptr) {
        for (const auto& [name, node] : headers->as_object())
            documented.insert(lower({name.data(), name.size()}));
    }
    for (const auto* name :
         {"allow", "etag", "idempotency-replayed", "link", "location", "retry-after"}) {
        EXPECT_TRUE(!answer.headers.contains(name) || documented.contains(name))
            << asked << " has the header " << name << ", which isn't documented";
    }
    if (headers == nullptr) return;
    for (const auto& [name, node] : headers->as_object()) {
        const auto& header = schemas().follow(node).as_object();
        const auto* required = header.if_contains("required");
        const auto found = answer.headers.find(lower({name.data(), name.size()}));
        if (found == answer.headers.end()) {
            EXPECT_FALSE(required != nullptr && required->as_bool()) << asked << " lacks " << name;
            continue;
        }
        // A header is a text, which may look like a number. Then it must fit the schema as a
        // number or as a text.
        boost::system::error_code not_json;
        auto value = json::parse(found->second, not_json);
        if (not_json || !value.is_number()) value = json::string{found->second};
        const json::value as_text = json::string{found->second};
        const auto& schema = header.at("schema");
        EXPECT_TRUE(
            schemas().misfit(value, schema).empty() || schemas().misfit(as_text, schema).empty()
        ) << asked
          << " has the header " << name << ": " << found->second;
    }
}

void check_body(const std::string& asked, const json::object& response, const HttpAnswer& answer) {
    const auto* content = response.if_contains("content");
    if (content == nullptr) {
        EXPECT_EQ(answer.body, "") << asked;
        return;
    }
    const auto type = answer.header("content-type");
    const auto* media =
        content->as_object().if_contains(type.substr(0, std::min(type.find(';'), type.size())));
    ASSERT_NE(media, nullptr) << asked << " has the content type " << type;
    const auto* schema = media->as_object().if_contains("schema");
    if (schema == nullptr || type.find("json") == std::string::npos) return;
    EXPECT_EQ(schemas().misfit(answer.json, *schema), "")
        << asked << ": " << answer.body.substr(0, 2'000);
}

/// Checks the error of a dialect. Only check_against_openapi() knows whether the request was for
/// one.
void check_dialect_error(const HttpAnswer& answer, const std::string& about) {
    if (answer.body.empty()) return;  // The request was HEAD.
    const auto& all = openapi_document().at("components").at("schemas");
    const bool is_error = schemas().misfit(answer.json, all.at("SeatDialectError")).empty() ||
                          schemas().misfit(answer.json, all.at("StockDialectError")).empty();
    EXPECT_TRUE(is_error) << about;
    EXPECT_EQ(answer.text("traceId") + answer.text("TraceId"), answer.header("trace-id")) << about;
}

}  // namespace

void check_against_openapi(
    std::string_view method,
    std::string_view target,
    const HttpAnswer& answer
) {
    const bool is_head = method == "HEAD";
    const auto asked = std::string{method} + " " + std::string{target.substr(0, 200)} + " -> " +
                       std::to_string(answer.status);
    const auto* operation = find_operation(is_head ? "GET" : method, target);
    if (operation == nullptr) return check_undocumented(asked, answer);
    const auto* found =
        operation->at("responses").as_object().if_contains(std::to_string(answer.status));
    if (found == nullptr) {
        ADD_FAILURE() << asked << " isn't documented: " << answer.body.substr(0, 500);
        return;
    }
    const auto& response = schemas().follow(*found).as_object();
    check_headers(asked, response, answer);
    if (!is_head) check_body(asked, response, answer);
}

void check_any_answer(const HttpAnswer& answer) {
    if (answer.status == 100) return;
    const auto about = std::to_string(answer.status) + " " + answer.body.substr(0, 500);
    const auto trace = answer.header("trace-id");
    EXPECT_TRUE(
        trace.size() == 32 && trace.find_first_not_of("0123456789abcdef") == std::string::npos
    ) << about;
    EXPECT_NE(answer.header("x-request-id"), "") << about;
    static const std::regex kDate{
        "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] "
        "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} "
        "[0-2][0-9]:[0-5][0-9]:[0-5][0-9] GMT"
    };
    EXPECT_TRUE(std::regex_match(answer.header("date"), kDate)) << answer.header("date") << about;
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff") << about;
    EXPECT_EQ(answer.header("x-frame-options"), "DENY") << about;
    EXPECT_EQ(answer.header("referrer-policy"), "no-referrer") << about;
    EXPECT_NE(answer.header("content-security-policy"), "") << about;
    if (answer.status < 400) return;
    if (answer.header("content-type") == "application/json")
        return check_dialect_error(answer, about);
    EXPECT_EQ(answer.header("content-type"), "application/problem+json") << about;
    if (answer.body.empty()) return;  // The request was HEAD.
    const auto& problem = openapi_document().at("components").at("schemas").at("Problem");
    EXPECT_EQ(schemas().misfit(answer.json, problem), "") << about;
    EXPECT_EQ(answer.number("status"), answer.status) << about;
    EXPECT_EQ(answer.text("trace_id"), trace) << about;
}

const json::value& openapi_document() {
    static const json::value parsed =
        json::parse(json::string_view{assets::openapi_json.data(), assets::openapi_json.size()});
    return parsed;
}

std::set<std::string> openapi_operations() {
    std::set<std::string> operations;
    for (const auto& [pattern, item] : openapi_document().at("paths").as_object()) {
        for (const auto& [verb, operation] : item.as_object()) {
            if (verb == "parameters") continue;
            std::string upper{verb};
            std::ranges::transform(upper, upper.begin(), [](unsigned char c) {
                return static_cast<char>(std::toupper(c));
            });
            operations.insert(upper + " " + std::string{pattern});
        }
    }
    return operations;
}

}  // namespace frontrow::test
