#pragma once

#include <string>
#include <string_view>

namespace frontrow::test {

/// The body of a request with a member more, which nobody knows: it means the same, but isn't in
/// the plain form that is read without a document tree.
inline std::string for_the_tree(std::string_view object) {
    std::string body{object};
    return body.insert(body.rfind('}'), R"(,"x":0)");
}

}  // namespace frontrow::test
