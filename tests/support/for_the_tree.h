#pragma once

#include <string>
#include <string_view>

namespace frontrow::test {

/// Adds an unknown member to the body of a request. The body means the same, but no longer has the
/// plain form that is read without a document tree.
inline std::string for_the_tree(std::string_view object) {
    std::string body{object};
    return body.insert(body.rfind('}'), R"(,"x":0)");
}

}  // namespace frontrow::test
