#include "support/json_schema.h"

#include "base/instant.h"

#include <boost/json.hpp>
#include <boost/regex.hpp>

#include <algorithm>
#include <map>
#include <vector>

namespace frontrow::test {
namespace {

namespace json = boost::json;

using Text = json::string_view;

bool has_type(const json::value& value, Text type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    return type == "number" ? value.is_number() : value.is_null();
}

/// A UUID in lower case, as Frontrow writes it.
bool is_uuid(Text text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool is_hex =
            (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (is_dash ? text[i] != '-' : !is_hex) return false;
    }
    return true;
}

bool has_format(Text text, Text format) {
    if (format == "uuid") return is_uuid(text);
    if (format == "date-time") return parse_rfc3339({text.data(), text.size()}).has_value();
    return true;
}

/// Doesn't use std::regex, which needs stack in proportion to the text: a hall's statuses have one
/// letter per seat.
bool matches(Text text, Text pattern) {
    thread_local std::map<std::string, boost::regex, std::less<>> known;
    auto found = known.find(std::string_view{pattern.data(), pattern.size()});
    if (found == known.end())
        found = known.emplace(pattern, boost::regex{pattern.begin(), pattern.end()}).first;
    return boost::regex_search(text.begin(), text.end(), found->second);
}

std::size_t count_characters(Text utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) {
        return (c & 0xC0) != 0x80;
    }));
}

double number_or(const json::object& schema, Text keyword, double otherwise) {
    const auto* found = schema.if_contains(keyword);
    return found == nullptr ? otherwise : found->to_number<double>();
}

std::string breaks_bounds(
    double number,
    const json::object& schema,
    Text min,
    Text max,
    std::string_view what
) {
    const bool is_within =
        number >= number_or(schema, min, number) && number <= number_or(schema, max, number);
    return is_within ? std::string{} : std::string{what} + " is out of bounds";
}

std::string breaks_text(Text text, const json::object& schema) {
    const auto* format = schema.if_contains("format");
    if (format != nullptr && !has_format(text, format->as_string()))
        return " isn't a " + std::string{format->as_string()};
    const auto* pattern = schema.if_contains("pattern");
    if (pattern != nullptr && !matches(text, pattern->as_string()))
        return " doesn't match " + std::string{pattern->as_string()};
    const auto length = static_cast<double>(count_characters(text));
    return breaks_bounds(length, schema, "minLength", "maxLength", " in its length");
}

std::string at_field(Text name, std::string found) {
    return found.empty() ? found : "." + std::string{name} + std::move(found);
}

}  // namespace

const json::value& JsonSchema::follow(const json::value& node) const {
    const auto* object = node.if_object();
    const auto* reference = object == nullptr ? nullptr : object->if_contains("$ref");
    // What follows the `#` of "#/components/schemas/Event" is a JSON pointer.
    return reference == nullptr ? node
                                : follow(document_.at_pointer(reference->as_string().subview(1)));
}

/// Adds the field names that a schema allows in one object, including those of the schemas that it
/// combines.
void JsonSchema::add_names(const json::value& node, std::set<Text>& names, bool& is_open) const {
    const auto* schema = follow(node).if_object();
    if (schema == nullptr) return;
    if (const auto* more = schema->if_contains("additionalProperties");
        more != nullptr && more->is_bool() && more->as_bool())
        is_open = true;
    if (const auto* properties = schema->if_contains("properties")) {
        for (const auto& [name, property] : properties->as_object())
            names.insert(name);
    }
    for (const auto* several : {"allOf", "oneOf", "anyOf"}) {
        const auto* parts = schema->if_contains(several);
        if (parts == nullptr) continue;
        for (const auto& part : parts->as_array())
            add_names(part, names, is_open);
    }
}

std::string JsonSchema::misfit(const json::value& value, const json::value& schema) const {
    if (auto found = breaks(value, schema); !found.empty()) return found;
    const auto* object = value.if_object();
    if (object == nullptr) return {};
    std::set<Text> names;
    bool is_open = false;
    add_names(schema, names, is_open);
    if (is_open || names.empty()) return {};
    for (const auto& [name, field] : *object) {
        if (!names.contains(name)) return at_field(name, " isn't documented");
    }
    return {};
}

std::string JsonSchema::breaks(const json::value& value, const json::value& node) const {
    const auto* schema = follow(node).if_object();
    if (schema == nullptr) return {};
    if (const auto* type = schema->if_contains("type");
        type != nullptr && !has_type(value, type->as_string()))
        return " isn't of type " + std::string{type->as_string()};
    if (const auto* choices = schema->if_contains("enum");
        choices != nullptr &&
        std::ranges::find(choices->as_array(), value) == choices->as_array().end())
        return " isn't one of its values";
    if (const auto* constant = schema->if_contains("const");
        constant != nullptr && *constant != value)
        return " isn't what it always is";
    if (auto found = breaks_combined(value, *schema); !found.empty()) return found;
    if (value.is_number())
        return breaks_bounds(value.to_number<double>(), *schema, "minimum", "maximum", "");
    if (const auto* text = value.if_string()) return breaks_text(*text, *schema);
    if (const auto* array = value.if_array()) return breaks_array(*array, *schema);
    const auto* object = value.if_object();
    return object == nullptr ? std::string{} : breaks_object(*object, *schema);
}

std::string JsonSchema::breaks_combined(const json::value& value, const json::object& schema)
    const {
    if (const auto* all = schema.if_contains("allOf")) {
        for (const auto& one : all->as_array()) {
            if (auto found = breaks(value, one); !found.empty()) return found;
        }
    }
    if (const auto* one = schema.if_contains("oneOf");
        one != nullptr && count_fits(value, one->as_array()) != 1)
        return " doesn't fit exactly one of oneOf";
    if (const auto* any = schema.if_contains("anyOf");
        any != nullptr && count_fits(value, any->as_array()) == 0)
        return " fits none of anyOf";
    if (const auto* unwanted = schema.if_contains("not");
        unwanted != nullptr && fits(value, *unwanted))
        return " fits what it mustn't";
    if (const auto* condition = schema.if_contains("if")) {
        const auto* branch = schema.if_contains(fits(value, *condition) ? "then" : "else");
        if (branch != nullptr) return breaks(value, *branch);
    }
    return {};
}

std::string JsonSchema::breaks_object(const json::object& value, const json::object& schema) const {
    if (const auto* required = schema.if_contains("required")) {
        for (const auto& name : required->as_array()) {
            if (!value.contains(name.as_string())) return at_field(name.as_string(), " is missing");
        }
    }
    const auto* properties = schema.if_contains("properties");
    if (properties == nullptr) return {};
    for (const auto& [name, field] : value) {
        const auto* expected = properties->as_object().if_contains(name);
        if (expected == nullptr) continue;
        if (auto found = misfit(field, *expected); !found.empty())
            return at_field(name, std::move(found));
    }
    return {};
}

std::string JsonSchema::breaks_array(const json::array& value, const json::object& schema) const {
    const auto size = static_cast<double>(value.size());
    if (auto found = breaks_bounds(size, schema, "minItems", "maxItems", " in its length");
        !found.empty())
        return found;
    if (const auto* unique = schema.if_contains("uniqueItems");
        unique != nullptr && unique->as_bool()) {
        std::set<std::string> seen;
        for (const auto& item : value) {
            if (!seen.insert(json::serialize(item)).second) return " has an item twice";
        }
    }
    const auto* items = schema.if_contains("items");
    if (items == nullptr) return {};
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (auto found = misfit(value[i], *items); !found.empty())
            return "[" + std::to_string(i) + "]" + found;
    }
    return {};
}

std::size_t JsonSchema::count_fits(const json::value& value, const json::array& schemas) const {
    return static_cast<std::size_t>(std::ranges::count_if(schemas, [&](const auto& one) {
        return fits(value, one);
    }));
}

std::set<std::string> JsonSchema::unknown_keywords(const json::value& node) {
    static const std::set<Text> understood{
        "$ref",
        "type",
        "format",
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "enum",
        "const",
        "required",
        "properties",
        "items",
        "minItems",
        "maxItems",
        "allOf",
        "oneOf",
        "anyOf",
        "not",
        "if",
        "then",
        "else",
        "uniqueItems",
        "additionalProperties",
        // These keywords don't restrict the value.
        "title",
        "description",
        "default",
        "example",
        "examples",
    };
    std::set<std::string> unknown;
    const auto* schema = node.if_object();
    if (schema == nullptr) return unknown;
    for (const auto& [keyword, value] : *schema) {
        if (!understood.contains(keyword)) unknown.emplace(keyword);
        if (keyword == "properties") {
            for (const auto& [name, property] : value.as_object())
                unknown.merge(unknown_keywords(property));
        } else if (keyword == "allOf" || keyword == "oneOf" || keyword == "anyOf") {
            for (const auto& part : value.as_array())
                unknown.merge(unknown_keywords(part));
        } else if (keyword == "items" || keyword == "not" || keyword == "if" || keyword == "then" ||
                   keyword == "else") {
            unknown.merge(unknown_keywords(value));
        }
    }
    return unknown;
}

}  // namespace frontrow::test
