#pragma once

#include "http/request.h"
#include "http/response.h"

#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http {

/// Lets the pages of other origins ask and read (Fetch standard, "CORS protocol"). Only the origins
/// that are named; and nothing that a browser would send by itself counts as credentials here, so
/// none are ever allowed.
class Cors {
public:
    /// `https://tickets.example`: as browsers write it in `Origin`. None: no page of another origin
    /// gets anything.
    explicit Cors(std::vector<std::string> origins) : origins_{std::move(origins)} {}

    /// The origin is one of those that were named.
    bool allows(std::string_view origin) const;
    /// Adds to an answer, of whatever kind, what the browser wants to see.
    void add_headers(const Request& request, Response& response) const;

private:
    std::vector<std::string> origins_;
};

}  // namespace frontrow::http
