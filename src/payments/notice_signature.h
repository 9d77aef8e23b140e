#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "payments/provider.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::payments {

/// A notice that was signed longer ago, or further ahead, may be an old one that somebody repeats.
inline constexpr std::chrono::seconds kNoticeTolerance{300};

/// Checks the header `stripe-signature`: `t=` and the time of signing, and `v1=` and a signature of
/// time and body in hexadecimal. While the secret is being replaced, there are several signatures,
/// and one must be right. Refuses with a reason.
Result<void, std::string> check_stripe_signature(
    std::string_view secret,
    const std::vector<NoticeHeader>& headers,
    std::string_view body,
    Instant now
);

/// Signs messages, and checks those of the other side, as https://www.standardwebhooks.com says.
class StandardSigner {
public:
    /// `secret`: base64, with or without `whsec_` before it; the settings have checked it.
    explicit StandardSigner(std::string_view secret);

    /// The value of `webhook-signature`.
    std::string sign(std::string_view id, std::string_view timestamp, std::string_view body) const;
    /// Checks `webhook-id`, `webhook-timestamp` and `webhook-signature`. Returns when it was
    /// signed, or refuses with a reason.
    Result<Instant, std::string>
    check(const std::vector<NoticeHeader>& headers, std::string_view body, Instant now) const;

private:
    std::string key_;
};

/// The time as signatures contain it: seconds since 1970.
std::string signing_time(Instant at);

}  // namespace frontrow::payments
