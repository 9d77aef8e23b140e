#pragma once

#include <string>
#include <string_view>

namespace frontrow::test {

/// Adds an unknown member to the body of a request. The meaning stays the same, but the fast
/// parser, which needs no document tree, doesn't accept the body any more.
inline std::string for_the_tree(std::string_view object) {
    std::string body{object};
    return body.insert(body.rfind('}'), R"(,"x":0)");
}

}  // namespace frontrow::test
