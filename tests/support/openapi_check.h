#pragma once

#include "support/http_answer.h"

#include <boost/json/value.hpp>

#include <set>
#include <string>
#include <string_view>

namespace frontrow::test {

/// Fails the running test unless the answer is one that api/openapi.yaml documents for this
/// operation: its status, its content type, its headers and the schema of its body, which may hold
/// nothing else. What isn't in the document must be answered 404 or 405, or in the words of HTTP
/// itself.
void check_against_openapi(
    std::string_view method,
    std::string_view target,
    const HttpAnswer& answer
);

/// Fails the running test unless the answer has what every answer has, whatever was asked.
void check_any_answer(const HttpAnswer& answer);

/// api/openapi.yaml as the program serves it.
const boost::json::value& openapi_document();

/// "GET /api/v1/events/{id}" and so on.
std::set<std::string> openapi_operations();

}  // namespace frontrow::test
