#include "support/openapi_check.h"

#include "http/handlers/assets.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

// The part of OpenAPI 3.1 and JSON Schema that the document uses.

namespace frontrow::test {
namespace {

namespace json = boost::json;

const json::object& document() {
    static const json::value parsed =
        json::parse(json::string_view{assets::openapi_json.data(), assets::openapi_json.size()});
    return parsed.as_object();
}

const json::value& follow(const json::value& node) {
    const auto* object = node.if_object();
    const auto* reference = object == nullptr ? nullptr : object->if_contains("$ref");
    if (reference == nullptr) return node;
    json::string_view path = reference->as_string();
    path.remove_prefix(2);
    const json::value* at = nullptr;
    const json::object* in = &document();
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        at = &in->at(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
        if (!path.empty()) in = &at->as_object();
    }
    return follow(*at);
}

bool has_type(const json::value& value, json::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    return type == "number" ? value.is_number() : value.is_null();
}

std::string
misfit(const json::value& value, const json::value& schema_node, const std::string& where);

std::string
misfit_object(const json::object& value, const json::object& schema, const std::string& where) {
    if (const auto* required = schema.if_contains("required")) {
        for (const auto& name : required->as_array()) {
            if (!value.contains(name.as_string()))
                return where + " lacks " + std::string{name.as_string()};
        }
    }
    const auto* properties = schema.if_contains("properties");
    if (properties == nullptr) return {};
    for (const auto& [name, property] : value) {
        const auto* expected = properties->as_object().if_contains(name);
        if (expected == nullptr) continue;
        if (auto found = misfit(property, *expected, where + "." + std::string{name});
            !found.empty())
            return found;
    }
    return {};
}

std::size_t
count_fits(const json::value& value, const json::array& schemas, const std::string& where) {
    return static_cast<std::size_t>(std::ranges::count_if(schemas, [&](const auto& one) {
        return misfit(value, one, where).empty();
    }));
}

/// What is wrong with `value`; empty where it fits.
std::string
misfit(const json::value& value, const json::value& schema_node, const std::string& where) {
    if (!follow(schema_node).is_object()) return {};
    const auto& schema = follow(schema_node).as_object();
    if (const auto* type = schema.if_contains("type"); type != nullptr && type->is_string()) {
        if (!has_type(value, type->as_string()))
            return where + " isn't of type " + std::string{type->as_string()};
    }
    if (const auto* choices = schema.if_contains("enum")) {
        if (std::ranges::find(choices->as_array(), value) == choices->as_array().end())
            return where + " isn't one of the enum";
    }
    if (const auto* constant = schema.if_contains("const");
        constant != nullptr && *constant != value)
        return where + " isn't the const";
    if (const auto* all = schema.if_contains("allOf")) {
        for (const auto& one : all->as_array()) {
            if (auto found = misfit(value, one, where); !found.empty()) return found;
        }
    }
    if (const auto* one = schema.if_contains("oneOf");
        one != nullptr && count_fits(value, one->as_array(), where) != 1) {
        return where + " doesn't fit exactly one of oneOf";
    }
    if (const auto* any = schema.if_contains("anyOf");
        any != nullptr && count_fits(value, any->as_array(), where) == 0) {
        return where + " fits none of anyOf";
    }
    if (const auto* items = schema.if_contains("items"); items != nullptr && value.is_array()) {
        for (const auto& item : value.as_array()) {
            if (auto found = misfit(item, *items, where + "[]"); !found.empty()) return found;
        }
    }
    return value.is_object() ? misfit_object(value.as_object(), schema, where) : std::string{};
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

bool path_matches(std::string_view pattern, std::string_view path) {
    const auto expected = split(pattern);
    const auto asked = split(path);
    return std::ranges::equal(expected, asked, [](const auto& a, const auto& b) {
        return a.starts_with('{') || a == b;
    });
}

const json::object* find_operation(std::string_view method, std::string_view target) {
    const auto path = target.substr(0, std::min(target.find('?'), target.size()));
    std::string verb{method};
    std::ranges::transform(verb, verb.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    for (const auto& [pattern, item] : document().at("paths").as_object()) {
        if (!path_matches({pattern.data(), pattern.size()}, path)) continue;
        const auto* operation = item.as_object().if_contains(verb);
        if (operation != nullptr) return &operation->as_object();
    }
    return nullptr;
}

}  // namespace

void check_against_openapi(
    std::string_view method,
    std::string_view target,
    const HttpAnswer& answer
) {
    const auto* operation = find_operation(method, target);
    if (operation == nullptr) return;
    const auto asked =
        std::string{method} + " " + std::string{target} + " -> " + std::to_string(answer.status);
    const auto* found =
        operation->at("responses").as_object().if_contains(std::to_string(answer.status));
    if (found == nullptr) {
        ADD_FAILURE() << asked << " isn't documented: " << answer.body;
        return;
    }
    const auto& response = follow(*found).as_object();
    if (const auto* headers = response.if_contains("headers")) {
        for (const auto& [name, header] : headers->as_object()) {
            const auto* required = follow(header).as_object().if_contains("required");
            std::string lower{name};
            std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
                return static_cast<char>(std::tolower(c));
            });
            const bool is_required = required != nullptr && required->as_bool();
            EXPECT_TRUE(!is_required || answer.headers.contains(lower))
                << asked << " lacks the header " << lower;
        }
    }
    const auto* content = response.if_contains("content");
    if (content == nullptr) return;
    const auto type = answer.header("content-type");
    const auto* media =
        content->as_object().if_contains(type.substr(0, std::min(type.find(';'), type.size())));
    ASSERT_NE(media, nullptr) << asked << " has the content type " << type;
    const auto* schema = media->as_object().if_contains("schema");
    if (schema == nullptr || type.find("json") == std::string::npos) return;
    EXPECT_EQ(misfit(answer.json, *schema, "body"), "")
        << asked << ": " << answer.body.substr(0, 2'000);
}

std::set<std::string> openapi_operations() {
    std::set<std::string> operations;
    for (const auto& [pattern, item] : document().at("paths").as_object()) {
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
