#include "identity/principal.h"

#include "base/utf8.h"

#include <algorithm>

namespace frontrow::identity {
namespace {

constexpr std::size_t kSubMax = 255;

}  // namespace

bool is_valid_sub(std::string_view sub) {
    if (sub.empty() || sub.size() > kSubMax) return false;
    if (is_printable_ascii(sub)) return true;
    const bool has_control = std::ranges::any_of(sub, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    return !has_control && is_utf8(sub);
}

}  // namespace frontrow::identity
