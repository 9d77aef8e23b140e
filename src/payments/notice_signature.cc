#include "payments/notice_signature.h"

#include "base/check.h"
#include "base/parse_number.h"
#include "io/base64.h"
#include "io/hmac.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace frontrow::payments {
namespace {

std::string_view header_in(const std::vector<NoticeHeader>& headers, std::string_view name) {
    const auto found = std::ranges::find(headers, name, &NoticeHeader::name);
    return found == headers.end() ? std::string_view{} : found->value;
}

std::unexpected<std::string> refused(std::string why) {
    return std::unexpected(std::move(why));
}

/// Returns the time that the text says.
Result<Instant, std::string> check_time(std::string_view text, Instant now) {
    // A number with more digits is no time near ours, and could overflow.
    constexpr std::size_t kDigitsMax = 15;
    const auto seconds = text.size() <= kDigitsMax ? parse_number<std::int64_t>(text)
                                                   : std::optional<std::int64_t>{};
    if (!seconds) return refused("the signature has no time");
    const Instant at{std::chrono::seconds{*seconds}};
    const auto age = now - at;
    if (age > kNoticeTolerance) return refused("the signature is too old");
    if (age < -kNoticeTolerance) return refused("the signature is from the future");
    return at;
}

std::string hex_of(const io::Sha256Digest& digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const auto byte : digest) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 0xF];
    }
    return text;
}

/// Calls `take(part)` for each part between two separators.
template <class Take>
void for_each_part(std::string_view text, char separator, Take take) {
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        take(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace

Result<void, std::string> check_stripe_signature(
    std::string_view secret,
    const std::vector<NoticeHeader>& headers,
    std::string_view body,
    Instant now
) {
    std::string_view time;
    std::vector<std::string_view> signatures;
    for_each_part(header_in(headers, "stripe-signature"), ',', [&](std::string_view part) {
        if (part.starts_with("t=")) time = part.substr(2);
        if (part.starts_with("v1=")) signatures.push_back(part.substr(3));
    });
    if (signatures.empty()) return refused("it isn't signed");
    const auto right = hex_of(io::hmac_sha256(secret, std::string{time} + "." + std::string{body}));
    const auto is_right = [&](std::string_view one) { return io::is_same_secret(one, right); };
    if (!std::ranges::any_of(signatures, is_right)) return refused("the signature is wrong");
    if (auto at = check_time(time, now); !at) return std::unexpected(std::move(at.error()));
    return {};
}

StandardSigner::StandardSigner(std::string_view secret) {
    constexpr std::string_view kPrefix = "whsec_";
    if (secret.starts_with(kPrefix)) secret.remove_prefix(kPrefix.size());
    const auto key = io::from_base64(secret);
    CHECK(key.has_value());
    key_ = *key;
}

std::string
StandardSigner::sign(std::string_view id, std::string_view timestamp, std::string_view body) const {
    std::string text{id};
    text += '.';
    text += timestamp;
    text += '.';
    text += body;
    return "v1," + io::to_base64(io::text_of(io::hmac_sha256(key_, text)));
}

Result<Instant, std::string> StandardSigner::check(
    const std::vector<NoticeHeader>& headers,
    std::string_view body,
    Instant now
) const {
    const auto signatures = header_in(headers, "webhook-signature");
    if (signatures.empty()) return refused("it isn't signed");
    const auto time = header_in(headers, "webhook-timestamp");
    const auto right = sign(header_in(headers, "webhook-id"), time, body);
    bool is_right = false;
    for_each_part(signatures, ' ', [&](std::string_view one) {
        is_right = is_right || io::is_same_secret(one, right);
    });
    if (!is_right) return refused("the signature is wrong");
    return check_time(time, now);
}

std::string signing_time(Instant at) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

}  // namespace frontrow::payments
