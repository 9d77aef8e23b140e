#include "identity/principal.h"

#include "base/text.h"

namespace frontrow::identity {
namespace {

constexpr std::size_t kSubMax = 255;

}  // namespace

bool is_valid_sub(std::string_view sub) {
    return sub.size() <= kSubMax && !find_flaw(sub, {1, kSubMax}, TextLines::one);
}

}  // namespace frontrow::identity
