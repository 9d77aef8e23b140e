#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace frontrow::test {

/// An answer as it came over the wire.
struct HttpAnswer {
    unsigned status = 0;
    /// By name in lower case.
    std::map<std::string, std::string> headers;
    std::string body;
    /// The body, where it is JSON, compressed or not; null otherwise.
    boost::json::value json;

    std::string header(const std::string& lower_name) const;
    /// The `code` of a problem; empty where there is none.
    std::string code() const;
    /// A field of the body; empty, or -1, where there is no such one.
    std::string text(std::string_view field) const;
    std::int64_t number(std::string_view field) const;
};

/// With the body's JSON, where it is some.
HttpAnswer
make_http_answer(unsigned status, std::map<std::string, std::string> headers, std::string body);

/// The body of a 201 for a reservation as a repeat of the request is told it: what is left of the
/// hold isn't.
std::string as_replayed(std::string body);

}  // namespace frontrow::test
