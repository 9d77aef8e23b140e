#pragma once

#include "support/http_answer.h"

#include <boost/json/value.hpp>

#include <set>
#include <string>
#include <string_view>

namespace frontrow::test {

/// Fails the running test unless api/openapi.yaml documents the answer for this operation: its
/// status, its content type, its headers and the schema of its body, without any other field. If
/// the document doesn't list the request, the answer must be 404, 405 or an error of HTTP itself.
void check_against_openapi(
    std::string_view method,
    std::string_view target,
    const HttpAnswer& answer
);

/// Fails the running test unless the answer meets the rules for all answers.
void check_any_answer(const HttpAnswer& answer);

/// The program's own copy of api/openapi.yaml.
const boost::json::value& openapi_document();

/// All operations in the form "GET /api/v1/events/{id}".
std::set<std::string> openapi_operations();

}  // namespace frontrow::test
