#include "domain/subject.h"

#include "base/text.h"

#include <cstddef>

namespace frontrow::domain {
namespace {

constexpr std::size_t kSubMax = 255;

}  // namespace

bool is_valid_sub(std::string_view sub) {
    return sub.size() <= kSubMax && !find_flaw(sub, {1, kSubMax}, TextLines::one);
}

}  // namespace frontrow::domain
