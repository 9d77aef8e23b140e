#include "tickets/base64url.h"

#include "base/check.h"
#include "io/base64.h"

#include <algorithm>
#include <limits>

namespace frontrow::tickets {

std::string to_base64url(std::string_view bytes) {
    CHECK(bytes.size() < std::numeric_limits<int>::max() / 2);
    auto text = io::to_base64(bytes);
    while (text.ends_with('='))
        text.pop_back();
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::optional<std::string> read_base64url(std::string_view text) {
    if (text.size() >= std::numeric_limits<int>::max() / 2) return std::nullopt;
    std::string padded{text};
    std::ranges::replace(padded, '-', '+');
    std::ranges::replace(padded, '_', '/');
    padded.append((4 - padded.size() % 4) % 4, '=');
    auto bytes = io::from_base64(padded);
    // The other alphabet, padding and spare bits are accepted so far.
    if (bytes && to_base64url(*bytes) != text) return std::nullopt;
    return bytes;
}

}  // namespace frontrow::tickets
