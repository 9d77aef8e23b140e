#include "admission/rate_limiter.h"

#include "io/sha256.h"

#include <fmt/format.h>

#include <algorithm>

namespace frontrow::admission {
namespace {

using std::chrono::microseconds;

/// What is used up to this part of a burst isn't told to other nodes.
constexpr std::int64_t kUntoldPart = 8;
/// No more callers are collected. What the others use counts on this node alone.
constexpr std::size_t kUntoldMax = 20'000;

/// Rounds up, because a client that comes back a moment too early is refused again.
std::uint32_t whole_seconds(std::int64_t time) {
    constexpr std::int64_t kSecond = 1'000'000;
    return static_cast<std::uint32_t>((std::max<std::int64_t>(time, 0) + kSecond - 1) / kSecond);
}

/// One number for a caller and what the limit is for: the finalizer of SplitMix64 (Steele, Lea and
/// Flood, 2014) mixes in the class.
std::uint64_t number_of(RateCaller caller, RequestClass kind) {
    auto bits = caller + 0x9E3779B97F4A7C15U * (static_cast<std::uint64_t>(kind) + 1);
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31U);
}

}  // namespace

RateCaller rate_caller(io::Sha256& sha, RateSubject subject, std::string_view id) {
    sha.update(name_of(subject));
    sha.update(id);
    return sha.finish128().hi;
}

RateLimiter::RateLimiter(const RateLimits& limits, std::size_t entries) : table_{entries} {
    for (const auto kind : kAllClasses)
        for (const auto subject : kAllSubjects) {
            const auto& limit = limits.of(kind, subject);
            const auto seconds = std::max(1U, whole_seconds(limit.window().count()));
            auto& made = policy(kind, subject);
            made.kind = kind;
            made.subject = subject;
            made.limit = limit;
            made.text = fmt::format("\"{}\";q={};w={}", name_of(kind), limit.burst, seconds);
        }
}

RateLimiter::Policy& RateLimiter::policy(RequestClass kind, RateSubject subject) {
    return policies_
        [static_cast<std::size_t>(kind) * kAllSubjects.size() + static_cast<std::size_t>(subject)];
}

std::optional<RateUse>
RateLimiter::take(RequestClass kind, RateSubject subject, RateCaller caller, Time at) {
    auto& policy = this->policy(kind, subject);
    const auto& limit = policy.limit;
    if (!limit.is_set()) return std::nullopt;
    const auto now = at.count();
    const auto interval = limit.interval.count();
    const auto window = limit.window().count();
    auto& entry = table_.at(number_of(caller, kind));
    const auto used = std::max<std::int64_t>(entry.restored_at() - now, 0);
    RateUse use{.name = name_of(kind), .policy = policy.text};
    use.is_admitted = used + interval <= window;
    const auto used_then = use.is_admitted ? used + interval : used;
    if (use.is_admitted) {
        entry.set(now + used_then, entry.is_shared() && used > 0);
        if (collects_) collect_use(entry, limit, now);
    } else {
        ++policy.refused;
    }
    use.remaining =
        static_cast<std::uint32_t>(std::max<std::int64_t>(window - used_then, 0) / interval);
    use.restored_in_seconds = whole_seconds(used_then);
    use.retry_in_seconds = whole_seconds(used_then + interval - window);
    return use;
}

void RateLimiter::give_back(RequestClass kind, RateSubject subject, RateCaller caller, Time now) {
    const auto& limit = policy(kind, subject).limit;
    if (!limit.is_set()) return;
    auto& entry = table_.at(number_of(caller, kind));
    if (entry.restored_at() <= now.count()) return;
    entry.set(entry.restored_at() - limit.interval.count(), entry.is_shared());
    // What was told already stays told: it is restored by itself.
    const auto known = untold_.find(entry.who());
    if (known != untold_.end() && known->second.used > limit.interval)
        known->second.used -= limit.interval;
}

void RateLimiter::collect_use(RateEntry& entry, const RateLimit& limit, std::int64_t now) {
    const auto used = entry.restored_at() - now;
    if (used * kUntoldPart < limit.window().count()) return;
    const auto known = untold_.find(entry.who());
    if (known == untold_.end() && untold_.size() >= kUntoldMax) return;
    // Nobody knows yet what was used before, so all of it is told.
    const auto more = entry.is_shared() ? limit.interval : microseconds{used};
    auto& untold = untold_[entry.who()];
    untold.who = entry.who();
    untold.used += more;
    untold.window = limit.window();
    entry.set(entry.restored_at(), true);
}

std::vector<RateLimiter::Untold> RateLimiter::take_untold(std::size_t at_most) {
    std::vector<Untold> taken;
    taken.reserve(std::min(at_most, untold_.size()));
    for (auto i = untold_.begin(); i != untold_.end() && taken.size() < at_most; ++i)
        taken.push_back(i->second);
    for (const auto& one : taken)
        untold_.erase(one.who);
    return taken;
}

void RateLimiter::learn(const Untold& told, microseconds restored_in, Time now) {
    if (restored_in < microseconds{0}) return;
    const auto known = untold_.find(told.who);
    const auto untold = known == untold_.end() ? microseconds{0} : known->second.used;
    const auto believed = std::min(restored_in, kWindowsMax * told.window);
    const auto restored_at = (now + believed + untold).count();
    auto& entry = table_.at(told.who);
    // This node knows what it has used itself, whatever Redis has forgotten.
    entry.set(std::max(entry.restored_at(), restored_at), true);
}

void RateLimiter::measure(telemetry::Figures& figures) const {
    for (const auto& policy : policies_) {
        if (!policy.limit.is_set()) continue;
        figures.count(
            "rate_limited_total",
            "Requests refused because a caller had used up a limit.",
            static_cast<double>(policy.refused),
            {{"class", std::string{name_of(policy.kind)}},
             {"subject", std::string{name_of(policy.subject)}}}
        );
    }
}

}  // namespace frontrow::admission
