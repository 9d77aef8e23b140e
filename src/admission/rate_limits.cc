#include "admission/rate_limits.h"

#include "base/parse_number.h"

#include <optional>

namespace frontrow::admission {
namespace {

using std::chrono::microseconds;

/// The most requests in one unit of time, and the most at once.
constexpr std::uint32_t kMax = 1'000'000;

RateLimit a_second(std::uint32_t requests, std::uint32_t burst) {
    return {microseconds{std::chrono::seconds{1}} / requests, burst};
}

/// Returns the one of `all` with this name.
template <class Named, std::size_t count>
std::optional<Named> find_named(const std::array<Named, count>& all, std::string_view name) {
    for (const auto one : all)
        if (name_of(one) == name) return one;
    return std::nullopt;
}

std::optional<microseconds> parse_unit(std::string_view text) {
    if (text == "s") return std::chrono::seconds{1};
    if (text == "m") return std::chrono::minutes{1};
    if (text == "h") return std::chrono::hours{1};
    return std::nullopt;
}

std::optional<std::uint32_t> parse_count(std::string_view text) {
    const auto count = parse_number<std::uint32_t>(text);
    return count && *count > 0 && *count <= kMax ? count : std::nullopt;
}

/// `5/s:20`, `300/m` or `off`.
std::optional<RateLimit> parse_limit(std::string_view text) {
    if (text == "off") return RateLimit{};
    const auto colon = text.find(':');
    const auto rate = text.substr(0, colon);
    const auto slash = rate.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto requests = parse_count(rate.substr(0, slash));
    const auto unit = parse_unit(rate.substr(slash + 1));
    const auto burst =
        colon == std::string_view::npos ? requests : parse_count(text.substr(colon + 1));
    if (!requests || !unit || !burst) return std::nullopt;
    return RateLimit{*unit / *requests, *burst};
}

}  // namespace

std::string_view name_of(RequestClass kind) {
    switch (kind) {
        case RequestClass::hold:
            return "hold";
        case RequestClass::write:
            return "write";
        case RequestClass::read:
            return "read";
        case RequestClass::heavy_read:
            return "heavy-read";
        case RequestClass::notice:
            return "notice";
        case RequestClass::anonymous_write:
            return "anonymous-write";
        case RequestClass::session:
            return "session";
    }
}

std::string_view name_of(RateSubject subject) {
    switch (subject) {
        case RateSubject::address:
            return "address";
        case RateSubject::user:
            return "user";
        case RateSubject::key:
            return "key";
    }
}

RateLimits::RateLimits() {
    using enum RequestClass;
    using enum RateSubject;
    at(hold, address) = a_second(100, 1'000);
    at(hold, user) = a_second(5, 30);
    at(write, address) = a_second(100, 1'000);
    at(write, user) = a_second(10, 60);
    at(read, address) = a_second(500, 5'000);
    at(read, user) = a_second(50, 300);
    at(heavy_read, address) = a_second(20, 200);
    at(heavy_read, user) = a_second(5, 50);
    at(notice, address) = a_second(500, 5'000);
    at(anonymous_write, address) = a_second(10, 100);
    at(session, address) = a_second(20, 1'000);
}

Result<void, std::string> RateLimits::change(std::string_view text) {
    const auto slash = text.find('/');
    const auto equals = text.find('=');
    if (slash < equals && equals != std::string_view::npos) {
        const auto kind = find_named(kAllClasses, text.substr(0, slash));
        const auto subject = find_named(kAllSubjects, text.substr(slash + 1, equals - slash - 1));
        const auto limit = parse_limit(text.substr(equals + 1));
        if (kind && subject && limit) {
            at(*kind, *subject) = *limit;
            return {};
        }
    }
    return std::unexpected(
        "'" + std::string{text} +
        "' isn't a limit: it must be like hold/user=5/s:20 or read/address=off, with hold, write, "
        "read, heavy-read, notice, anonymous-write or session, then address, user or key, and s, m "
        "or h"
    );
}

const RateLimit& RateLimits::of(RequestClass kind, RateSubject subject) const {
    return limits_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(subject)];
}

RateLimit& RateLimits::at(RequestClass kind, RateSubject subject) {
    return limits_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(subject)];
}

}  // namespace frontrow::admission
