#include "bench/ledger.h"

#include <algorithm>

namespace frontrow::bench {
namespace {

/// The server rounds its times to the millisecond, and its clock may be adjusted meanwhile. So on
/// our clock a hold can end a little early.
constexpr std::chrono::milliseconds kClockGrain{5};

std::chrono::nanoseconds surely_until(const Claim& claim) {
    return claim.sent + (claim.expires - claim.created) - kClockGrain;
}

/// Answers don't arrive in the order of the server's decisions, so either claim may be the first.
/// An overlap on either clock counts: the server can't distort ours, and its own is more precise.
bool overlap(const Claim& a, const Claim& b) {
    const bool by_ours =
        std::max(a.answered, b.answered) < std::min(surely_until(a), surely_until(b));
    const bool by_theirs = std::max(a.created, b.created) < std::min(a.expires, b.expires);
    return by_ours || by_theirs;
}

std::string told(const Claim& a, const Claim& b, std::uint32_t seat) {
    return "seat " + std::to_string(seat + 1) + " was told to be buyer " + std::to_string(a.buyer) +
           "'s until " + to_rfc3339(a.expires) + " and buyer " + std::to_string(b.buyer) +
           "'s from " + to_rfc3339(b.created) + " on";
}

}  // namespace

std::optional<std::string>
Ledger::enter(std::uint32_t first, std::uint32_t count, const Claim& claim) {
    std::optional<std::string> wrong;
    const std::lock_guard lock{mutex_};
    for (auto seat = first; seat < first + count; ++seat) {
        auto& newest = newest_[seat];
        if (newest.buyer == 0) {
            ++sold_;
            newest = claim;
            continue;
        }
        ++again_;
        if (overlap(newest, claim)) {
            const bool is_first = newest.created <= claim.created;
            wrong = is_first ? told(newest, claim, seat) : told(claim, newest, seat);
        }
        if (claim.expires > newest.expires) newest = claim;
    }
    return wrong;
}

std::uint64_t Ledger::seats_sold() const {
    const std::lock_guard lock{mutex_};
    return sold_;
}

std::uint64_t Ledger::times_sold_again() const {
    const std::lock_guard lock{mutex_};
    return again_;
}

}  // namespace frontrow::bench
