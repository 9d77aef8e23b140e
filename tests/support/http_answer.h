#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace frontrow::test {

/// An answer as the client received it.
struct HttpAnswer {
    unsigned status = 0;
    /// Keys in lower case.
    std::map<std::string, std::string> headers;
    std::string body;
    /// The body if it is JSON, compressed or not; otherwise null.
    boost::json::value json;

    std::string header(const std::string& lower_name) const;
    /// The `code` of a problem; empty if the body isn't one.
    std::string code() const;
    /// A field of the body; empty, or -1, if it is missing.
    std::string text(std::string_view field) const;
    std::int64_t number(std::string_view field) const;
};

/// Parses the body if it is JSON.
HttpAnswer
make_http_answer(unsigned status, std::map<std::string, std::string> headers, std::string body);

/// Turns the body of a reservation's 201 into the body of its replay, which lacks the hold's
/// remaining time.
std::string as_replayed(std::string body);

}  // namespace frontrow::test
