#pragma once

#include "base/result.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::admission {

/// Requests of one class share their limits.
enum class RequestClass : std::uint8_t {
    /// Takes seats or tickets out of the sale, or keeps them longer.
    hold,
    /// Any other change by a caller who is known.
    write,
    read,
    /// A read whose answer is made anew for each request and may be long.
    heavy_read,
    /// What a payment provider tells. Its signature says that it does.
    notice,
    /// A change by a caller who isn't known, like the pairing of a device.
    anonymous_write,
    /// Begins a guest's session.
    session,
};
inline constexpr std::array kAllClasses{
    RequestClass::hold,
    RequestClass::write,
    RequestClass::read,
    RequestClass::heavy_read,
    RequestClass::notice,
    RequestClass::anonymous_write,
    RequestClass::session,
};
std::string_view name_of(RequestClass kind);

/// What a limit is for.
enum class RateSubject : std::uint8_t {
    /// An IPv4 address, or an IPv6 network of 64 bits.
    address,
    /// A user with a token.
    user,
    /// A server with an API key.
    key,
};
inline constexpr std::array kAllSubjects{
    RateSubject::address,
    RateSubject::user,
    RateSubject::key,
};
std::string_view name_of(RateSubject subject);

/// So many requests at once, and one more after each interval.
struct RateLimit {
    std::chrono::microseconds interval{0};
    /// 0: no limit.
    std::uint32_t burst = 0;

    bool is_set() const { return burst > 0; }
    /// The time in which the whole burst is restored.
    std::chrono::microseconds window() const { return interval * burst; }

    friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

/// A limit for each class and subject.
class RateLimits {
public:
    /// The defaults. An address may stand for everybody in an office or on a mobile network, so it
    /// may send much more than a user. Keys have no limits: they belong to servers that an
    /// administrator trusts.
    RateLimits();

    /// Changes one limit as in `hold/user=5/s:20`: five a second, twenty at once. The unit is s, m
    /// or h; without the burst, as many at once as in one unit; `off` removes the limit. The error
    /// is a sentence that quotes the text.
    Result<void, std::string> change(std::string_view text);

    const RateLimit& of(RequestClass kind, RateSubject subject) const;

private:
    RateLimit& at(RequestClass kind, RateSubject subject);

    std::array<std::array<RateLimit, kAllSubjects.size()>, kAllClasses.size()> limits_{};
};

}  // namespace frontrow::admission
