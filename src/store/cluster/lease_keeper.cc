#include "store/cluster/lease_keeper.h"

#include <algorithm>

namespace frontrow::store::cluster {
namespace {

/// After a question that came to nothing: soon enough for two more before a renewal has run out.
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

/// By what was seen, not by the time that has passed since: the clock may have jumped, or this
/// process stood still, while the holder renewed it.
bool LeaseKeeper::may_take() const {
    return is_free() || seen_at_ - seen_since_ >= kTakenAfter;
}

void LeaseKeeper::answer(const Question& asked, const Result<Answer, io::Fault>& answer, Time now) {
    is_asking_ = false;
    if (asked.ask == Ask::release) {
        // Without an answer the others wait until it isn't renewed.
        is_over_ = true;
        return;
    }
    if (answer) {
        learn(asked, *answer, now);
    } else {
        wake_at_ = std::min(wake_at_, now + kAskAgainAfter);
        // It may have become mine.
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
    // Mine by a question whose answer was lost, or nobody's: nothing is to be waited for.
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
