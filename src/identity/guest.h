#pragma once

#include "base/bits128.h"
#include "io/sha256.h"

#include <string>
#include <string_view>

namespace frontrow::identity {

/// The accounts of guests begin with this. No token may have such a `sub`.
inline constexpr std::string_view kGuestAccount = "frontrow-guest:";

/// The account of the guest who has this secret. It is a digest: facts and logs name the account,
/// and who reads them can't act for the guest.
std::string account_of_guest(io::Sha256& sha, Bits128 secret);

}  // namespace frontrow::identity
