#include "identity/principal.h"

#include "base/text.h"
#include "domain/api_key.h"

namespace frontrow::identity {
namespace {

constexpr std::size_t kSubMax = 255;

}  // namespace

bool is_valid_sub(std::string_view sub) {
    return sub.size() <= kSubMax && !find_flaw(sub, {1, kSubMax}, TextLines::one);
}

bool is_built_in_sub(std::string_view sub) {
    return sub == kDevSub || sub == kAdminKeySub || sub == kUserKeySub;
}

bool is_reserved_sub(std::string_view sub) {
    return is_built_in_sub(sub) || sub.starts_with(domain::kApiKeyAccount);
}

}  // namespace frontrow::identity
