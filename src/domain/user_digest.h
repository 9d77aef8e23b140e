#pragma once

#include "base/digest.h"

#include <string_view>

namespace frontrow::domain {

/// The key under which look-up tables find what an account has. Two accounts could have the same
/// digest, so compare the name, too.
inline Bits128 digest_of_user(std::string_view user) {
    DigestWriter writer{{}};
    writer.field(1, user);
    return writer.finish();
}

}  // namespace frontrow::domain
