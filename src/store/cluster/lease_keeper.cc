#include "store/cluster/lease_keeper.h"

#include <algorithm>

namespace frontrow::store::cluster {
namespace {

/// The pause after a failed question: short enough for two more tries before a renewal expires.
constexpr LeaseKeeper::Time kAskAgainAfter = std::chrono::milliseconds{100};

}  // namespace

std::optional<LeaseKeeper::Question> LeaseKeeper::next(Time now) {
    if (is_over_ || now < wake_at_) return std::nullopt;
    is_asking_ = true;
    wake_at_ = now + kPace;
    if (is_releasing_) return Question{Ask::release, seen_, now};
    if (must_look_) return Question{Ask::look, std::nullopt, now};
    if (is_mine()) return Question{Ask::renew, seen_, now};
    return Question{may_take() ? Ask::take : Ask::look, seen_, now};
}

/// Uses the times at which the row was seen, not the present time: the clock may have jumped, or
/// this process may have been suspended, while the holder renewed the lease.
bool LeaseKeeper::may_take() const {
    return is_free() || seen_at_ - seen_since_ >= kTakenAfter;
}

void LeaseKeeper::answer(const Question& asked, const Result<Answer, io::Fault>& answer, Time now) {
    is_asking_ = false;
    if (asked.ask == Ask::release) {
        // If the release failed, the other processes wait until the lease expires.
        is_over_ = true;
        return;
    }
    if (answer) {
        learn(asked, *answer, now);
    } else {
        wake_at_ = std::min(wake_at_, now + kAskAgainAfter);
        // The take may have succeeded.
        if (asked.ask == Ask::take) must_look_ = true;
    }
    if (is_releasing_) release(now);
}

void LeaseKeeper::learn(const Question& asked, const Answer& answer, Time now) {
    must_look_ = false;
    if (answer.row != seen_) seen_since_ = now;
    seen_at_ = now;
    seen_ = answer.row;
    if (is_mine() && answer.is_done) held_until_ = asked.sent_at + kHeldFor;
    if (!is_mine()) held_until_ = {};
    // Either a take whose answer was lost has succeeded, or the lease is free: no need to wait.
    if (asked.ask == Ask::look && (is_mine() || is_free())) wake_at_ = now;
}

std::optional<std::uint64_t> LeaseKeeper::held(Time now) const {
    if (is_releasing_ || !is_mine() || now >= held_until_) return std::nullopt;
    return seen_->number;
}

void LeaseKeeper::release(Time now) {
    is_releasing_ = true;
    wake_at_ = now;
    if (!is_asking_ && !is_mine()) is_over_ = true;
}

}  // namespace frontrow::store::cluster
