#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "io/random.h"
#include "io/sha256.h"

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::identity {

// Devices that scan tickets. A device is paired with its event by a code that a person types in.

/// The accounts of devices begin with this. No token may have such a `sub`.
inline constexpr std::string_view kDeviceAccount = "device:";

/// The account for which the device's key acts.
std::string account_of_device(DeviceId device);

struct PairingCode {
    /// Show it to the organiser only, and only once.
    std::string text;
    /// The code as Frontrow keeps it.
    Bits128 digest;
};

/// Makes a code of 50 random bits: ten characters of Crockford's base32, in two groups of five. The
/// code is short because a person types it. So it must expire soon, before it can be found by trial
/// or from its digest.
PairingCode make_pairing_code(io::Random& random, io::Sha256& sha);

/// The digest of a code as a person has typed it: case, blanks and hyphens don't matter, and I, L
/// and O are read as 1, 1 and 0. Returns nothing if the text can't be a code.
std::optional<Bits128> digest_pairing_code(io::Sha256& sha, std::string_view typed);

}  // namespace frontrow::identity
