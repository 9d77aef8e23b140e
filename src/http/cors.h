#pragma once

#include "http/request.h"
#include "http/response.h"

#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http {

/// Lets pages of the configured origins send requests and read the answers (Fetch standard, "CORS
/// protocol"). Never allows CORS credentials (cookies), so a page of another origin is no guest of
/// ours (guest.h).
class Cors {
public:
    /// Origins as browsers write them in `Origin`: `https://tickets.example`. If the list is empty,
    /// no page of another origin may read anything.
    explicit Cors(std::vector<std::string> origins) : origins_{std::move(origins)} {}

    /// Whether the origin is one of those configured.
    bool allows(std::string_view origin) const;
    /// Adds the CORS headers. Needed on every answer, errors included.
    void add_headers(const Request& request, Response& response) const;

private:
    std::vector<std::string> origins_;
};

}  // namespace frontrow::http
