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

std::optional<std::string> Ledger::enter_units(std::uint32_t count) {
    const std::lock_guard lock{mutex_};
    sold_ += count;
    if (sold_ <= newest_.size()) return std::nullopt;
    return std::to_string(sold_) + " units of " + std::to_string(newest_.size());
}

std::optional<std::string> Ledger::enter_buyer(std::uint64_t buyer, std::uint32_t count) {
    if (!tickets_per_buyer_) return std::nullopt;
    const std::lock_guard lock{mutex_};
    const auto tickets = buyers_[buyer].tickets += count;
    if (tickets <= *tickets_per_buyer_) return std::nullopt;
    return "buyer " + std::to_string(buyer) + " was told of " + std::to_string(tickets) +
           " tickets and may have " + std::to_string(*tickets_per_buyer_);
}

void Ledger::refuse_group(std::uint32_t count) {
    const std::lock_guard lock{mutex_};
    least_refused_ = std::min(count, least_refused_.value_or(count));
}

void Ledger::refuse_buyer(std::uint64_t buyer) {
    const std::lock_guard lock{mutex_};
    buyers_[buyer].is_refused = true;
}

std::uint64_t Ledger::tickets_sold() const {
    const std::lock_guard lock{mutex_};
    return sold_;
}

std::uint64_t Ledger::times_sold_again() const {
    const std::lock_guard lock{mutex_};
    return again_;
}

std::uint32_t Ledger::longest_free_run(std::uint32_t row) const {
    std::uint32_t longest = 0;
    std::uint32_t run = 0;
    for (std::size_t seat = 0; seat < newest_.size(); ++seat) {
        if (seat % row == 0) run = 0;
        run = newest_[seat].buyer == 0 ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

std::uint64_t Ledger::buyers_refused_early() const {
    return static_cast<std::uint64_t>(std::ranges::count_if(buyers_, [&](const auto& known) {
        const auto& buyer = known.second;
        return buyer.is_refused && buyer.tickets < tickets_per_buyer_.value_or(0);
    }));
}

}  // namespace frontrow::bench
