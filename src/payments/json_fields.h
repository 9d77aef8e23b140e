#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::payments {

// For the files that read what a provider has sent. A provider may add fields or leave some out at
// any time. So a field that is missing, null or of another type reads as nothing, and the caller
// says which it can't do without.

using JsonObject = boost::json::object;

/// Nothing if the text isn't a JSON object.
inline std::optional<JsonObject> parse_json_object(std::string_view text) {
    boost::system::error_code error;
    auto value = boost::json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

inline const JsonObject& object_in(const JsonObject& object, std::string_view field) {
    static const JsonObject kNone;
    const auto* const value = object.if_contains({field.data(), field.size()});
    const auto* const found = value == nullptr ? nullptr : value->if_object();
    return found == nullptr ? kNone : *found;
}

inline std::string text_in(const JsonObject& object, std::string_view field) {
    const auto* const value = object.if_contains({field.data(), field.size()});
    const auto* const found = value == nullptr ? nullptr : value->if_string();
    return found == nullptr ? std::string{} : std::string{found->data(), found->size()};
}

inline bool has_text(const JsonObject& object, std::string_view field) {
    const auto* const value = object.if_contains({field.data(), field.size()});
    return value != nullptr && value->is_string();
}

inline std::optional<std::int64_t> number_in(const JsonObject& object, std::string_view field) {
    const auto* const value = object.if_contains({field.data(), field.size()});
    boost::system::error_code error;
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const auto number = value->to_number<std::int64_t>(error);
    return error ? std::nullopt : std::optional{number};
}

inline std::optional<bool> flag_in(const JsonObject& object, std::string_view field) {
    const auto* const value = object.if_contains({field.data(), field.size()});
    return value == nullptr || !value->is_bool() ? std::nullopt : std::optional{value->get_bool()};
}

/// Null if there is no such list.
inline const boost::json::array* list_in(const JsonObject& object, std::string_view field) {
    const auto* const value = object.if_contains({field.data(), field.size()});
    return value == nullptr ? nullptr : value->if_array();
}

template <class SomeId>
std::optional<SomeId> id_in(const JsonObject& object, std::string_view field) {
    return SomeId::parse(text_in(object, field));
}

}  // namespace frontrow::payments
