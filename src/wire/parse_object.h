#pragma once

#include "base/result.h"
#include "wire/fields.h"
#include "wire/json_writer.h"
#include "wire/object_reader.h"
#include "wire/parse_error.h"

#include <boost/json.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::wire {

// For the files that parse requests, and records that Frontrow has kept.

inline constexpr std::size_t kDepthMax = 16;

inline std::unexpected<ParseError> whole_body(std::string message) {
    return std::unexpected(ParseError{{FieldError{"", std::move(message)}}});
}

/// Parses `body` as an object and has `read(ObjectReader&, Complaints&)` read its fields.
template <class Read>
auto parse_object(std::string_view body, Read read, Origin origin = Origin::request) -> Result<
    decltype(read(std::declval<ObjectReader&>(), std::declval<Complaints&>())),
    ParseError> {
    std::array<unsigned char, 4096> memory;
    boost::json::monotonic_resource resource{memory.data(), memory.size()};
    boost::json::parse_options options;
    options.max_depth = kDepthMax;
    boost::system::error_code error;
    const auto document = boost::json::parse(body, error, &resource, options);
    if (error == boost::json::error::too_deep) return whole_body("The body is nested too deeply.");
    if (error) return whole_body("The body isn't valid JSON in UTF-8.");
    if (!document.is_object()) return whole_body("The body must be a JSON object.");
    Complaints complaints;
    ObjectReader in{document.get_object(), "", complaints, origin};
    auto value = read(in, complaints);
    if (!complaints.none()) return std::unexpected(complaints.take());
    return value;
}

/// Parses a side record of ours as an object and has `read(ObjectReader&)` read its fields. Today's
/// limits on requests don't apply.
template <class Read>
auto parse_record(std::string_view record, Read read)
    -> Result<decltype(read(std::declval<ObjectReader&>())), ParseError> {
    auto read_it = [&](ObjectReader& in, Complaints&) { return read(in); };
    return parse_object(record, read_it, Origin::history);
}

/// Calls `read(ObjectReader&)` for each object in the list. Adds a complaint for each element that
/// isn't an object. `field` is the list's name.
template <class Read>
void read_each(
    std::string_view field,
    const boost::json::array& list,
    Complaints& complaints,
    Read read
) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto place = std::string{field} + "[" + std::to_string(i) + "]";
        const auto* object = list[i].if_object();
        if (object == nullptr) {
            complaints.add(place, "must be an object");
            continue;
        }
        const auto prefix = place + ".";
        ObjectReader one{*object, prefix, complaints, Origin::request};
        read(one);
    }
}

/// Returns a JSON object with the fields that `write(fields)` writes.
template <class Write>
std::string write_fields(Write write) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    FieldsWriter fields{json};
    write(fields);
    json.end_object();
    return out;
}

}  // namespace frontrow::wire
