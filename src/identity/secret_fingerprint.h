#pragma once

#include <string>
#include <string_view>

namespace frontrow::identity {

/// The side record by which the nodes of a cluster know that they have the same secret for tokens.
inline constexpr std::string_view kSecretRecord = "jwt_secret";

/// What that record has: an HMAC with the secret as its key. It says no more about the secret than
/// a token does, which anybody may have.
std::string fingerprint_of_secret(std::string_view secret);

}  // namespace frontrow::identity
