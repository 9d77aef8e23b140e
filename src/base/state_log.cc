#include "base/state_log.h"

#include "base/check.h"
#include "base/digest.h"

#include <algorithm>

namespace frontrow {

StateLog::~StateLog() {
    CHECK(parts_ == nullptr);
}

void StateLog::open() {
    CHECK(!is_open_);
    sum_at_open_ = digest();
    is_open_ = true;
    watches_ = true;
    ++savepoints_;
}

void StateLog::commit() {
    CHECK(is_open_);
    steps_.drop();
    close(true);
}

void StateLog::roll_back() {
    CHECK(is_open_);
    steps_.run();
    close(false);
    CHECK(digest() == sum_at_open_);
}

void StateLog::close(bool commits) {
    is_open_ = false;
    watches_ = keeps_digest_;
    for (auto* const part : closing_)
        part->savepoint_closed(commits);
    closing_.clear();
}

Bits128 StateLog::digest() {
    for (auto* const part : unsettled_) {
        part->is_unsettled_ = false;
        part->settle();
    }
    unsettled_.clear();
    return sum_;
}

Bits128 StateLog::digest_anew() const {
    Bits128 sum = forgotten_;
    for (const auto* part = parts_; part != nullptr; part = part->next_)
        sum = sum_of(sum, part->digest_anew());
    return sum;
}

std::vector<std::pair<std::string_view, Bits128>> StateLog::digests_by_part() {
    digest();
    std::vector<std::pair<std::string_view, Bits128>> digests;
    for (const auto* part = parts_; part != nullptr; part = part->next_)
        if (part->sum_ != Bits128{}) digests.emplace_back(part->name_, part->sum_);
    if (forgotten_ != Bits128{}) digests.emplace_back("forgotten", forgotten_);
    return digests;
}

StatePart::StatePart(StateLog& log, std::string_view name, Bits128 owner)
    : log_{log}, name_{name}, next_{log.parts_} {
    DigestWriter salt{{}};
    salt.field(1, name);
    salt.field(2, owner);
    salt_ = salt.finish();
    if (next_ != nullptr) next_->before_ = this;
    log.parts_ = this;
}

/// Takes the part's share out of the digest.
StatePart::~StatePart() {
    log_.sum_ = difference_of(log_.sum_, sum_);
    if (is_unsettled_) std::erase(log_.unsettled_, this);
    std::erase(log_.closing_, this);
    (before_ == nullptr ? log_.parts_ : before_->next_) = next_;
    if (next_ != nullptr) next_->before_ = before_;
}

}  // namespace frontrow
