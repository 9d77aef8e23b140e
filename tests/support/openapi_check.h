#pragma once

#include "support/http_answer.h"

#include <boost/json/value.hpp>

#include <set>
#include <string>
#include <string_view>

namespace frontrow::test {

/// Fails the running test unless api/openapi.yaml documents the answer for this operation: its
/// status, its content type, its headers and the schema of its body, without any other field. A
/// request that the document doesn't list must be answered 404 or 405, or with an error of HTTP
/// itself.
void check_against_openapi(
    std::string_view method,
    std::string_view target,
    const HttpAnswer& answer
);

/// Fails the running test unless the answer has what every answer must have, whatever the request
/// was.
void check_any_answer(const HttpAnswer& answer);

/// The program's own copy of api/openapi.yaml.
const boost::json::value& openapi_document();

/// "GET /api/v1/events/{id}" and so on.
std::set<std::string> openapi_operations();

}  // namespace frontrow::test
