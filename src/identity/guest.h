#pragma once

#include "base/bits128.h"
#include "io/random.h"
#include "io/sha256.h"

#include <string>
#include <string_view>

namespace frontrow::identity {

// A guest buys without an account elsewhere. A page of ours has a token for them; in one dialect, a
// cookie names them.

/// The accounts of guests begin with this. Only tokens that are signed here may have such a `sub`.
inline constexpr std::string_view kGuestAccount = "frontrow-guest:";

inline bool is_guest_account(std::string_view sub) {
    return sub.starts_with(kGuestAccount);
}

/// The `iss` of guests' tokens.
inline constexpr std::string_view kGuestIssuer = "frontrow";

/// A new guest's account.
std::string new_guest_account(io::Random& random);

/// The account of the guest who has this secret. It is a digest: facts and logs name the account,
/// and who reads them can't act for the guest.
std::string account_of_guest(io::Sha256& sha, Bits128 secret);

}  // namespace frontrow::identity
