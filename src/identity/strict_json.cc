#include "identity/strict_json.h"

#include <boost/json/basic_parser_impl.hpp>

#include <cstddef>
#include <cstdint>

namespace frontrow::identity {
namespace {

namespace json = boost::json;
using boost::system::error_code;
using json::string_view;

/// Counts the members that a text writes, also those that replace another of the same name.
struct MemberCount {
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    bool on_object_end(std::size_t members, error_code&) {
        count += members;
        return true;
    }
    // Everything else is well as it is.
    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_key_part(string_view, std::size_t, error_code&) { return true; }
    bool on_key(string_view, std::size_t, error_code&) { return true; }
    bool on_string_part(string_view, std::size_t, error_code&) { return true; }
    bool on_string(string_view, std::size_t, error_code&) { return true; }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, string_view, error_code&) { return true; }
    bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
    bool on_double(double, string_view, error_code&) { return true; }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

    std::size_t count = 0;
};

std::size_t members_written(std::string_view text) {
    json::basic_parser<MemberCount> parser{json::parse_options{}};
    error_code error;
    parser.write_some(false, text.data(), text.size(), error);
    return parser.handler().count;
}

/// The parser limits how deep this goes.
std::size_t members_kept(const json::value& value) {
    std::size_t count = 0;
    if (const auto* array = value.if_array()) {
        for (const auto& one : *array)
            count += members_kept(one);
    }
    if (const auto* object = value.if_object()) {
        count = object->size();
        for (const auto& member : *object)
            count += members_kept(member.value());
    }
    return count;
}

}  // namespace

std::optional<json::object> parse_strict_object(std::string_view text) {
    error_code error;
    auto document = json::parse(text, error);
    if (error || !document.is_object()) return std::nullopt;
    if (members_kept(document) != members_written(text)) return std::nullopt;
    return std::move(document.get_object());
}

std::optional<std::string_view> text_in(const json::object& object, std::string_view name) {
    const auto* const member = object.if_contains(name);
    if (member == nullptr || !member->is_string()) return std::nullopt;
    return std::string_view{member->get_string()};
}

}  // namespace frontrow::identity
