#include "identity/principal.h"

#include "domain/api_key.h"
#include "identity/device.h"
#include "identity/guest.h"

namespace frontrow::identity {

bool is_built_in_sub(std::string_view sub) {
    return sub == kDevSub || sub == kAdminKeySub || sub == kUserKeySub;
}

bool is_reserved_sub(std::string_view sub) {
    return is_built_in_sub(sub) || sub.starts_with(domain::kApiKeyAccount) ||
           sub.starts_with(kDeviceAccount) || sub.starts_with(kGuestAccount);
}

}  // namespace frontrow::identity
