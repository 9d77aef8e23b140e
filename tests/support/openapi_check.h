#pragma once

#include "support/http_client.h"

#include <set>
#include <string>
#include <string_view>

namespace frontrow::test {

/// Fails the running test unless the answer is one that api/openapi.yaml documents for this
/// operation: its status, its content type, its required headers and the schema of its body. A path
/// that isn't in the document is passed over.
void check_against_openapi(
    std::string_view method,
    std::string_view target,
    const HttpAnswer& answer
);

/// "GET /api/v1/events/{id}" and so on.
std::set<std::string> openapi_operations();

}  // namespace frontrow::test
