#include "sim/sim_database.h"

#include "base/check.h"

#include <algorithm>
#include <utility>

namespace frontrow::sim {
namespace {

using namespace std::chrono_literals;

const Instant kOpening{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

// The time of a statement on a fast machine.
constexpr Time kStatement = 40us;
constexpr Time kCommit = 250us;
constexpr Time kCommitOfKilobyte = 4us;

/// The server's idle_in_transaction_session_timeout.
constexpr Time kHoldMax = 1s;

}  // namespace

SimDatabase::SimDatabase(VirtualTime& time) : time_{time} {
    Batch first;
    first.head.at = kOpening;
    first.head.writer = {time_.random(), time_.random()};
    first.head.hash = store::cluster::hash_of(first, {});
    journal_.push_back(std::move(first));
}

Instant SimDatabase::clock() const {
    return kOpening + 1h + clock_offset_ + std::chrono::floor<Millis>(time_.now());
}

void SimDatabase::in_session_after(Time wait, Action action) {
    time_.after(wait, [this, sessions = sessions_, action = std::move(action)]() mutable {
        if (sessions == sessions_) action();
    });
}

void SimDatabase::append(Batch batch, const Head& on, SharedJournal::Mode mode, AppendDone done) {
    auto append = std::make_shared<Append>(std::move(batch), on, mode, std::move(done));
    if (!is_up()) return append->done(std::nullopt);
    appending_.push_back(append);
    if (append->mode == SharedJournal::Mode::held) return fill(append);
    in_session_after(time_.around(kStatement), [this, append] { begin(append); });
}

void SimDatabase::begin(const Appending& append) {
    if (append->is_hold) {
        append->on = journal_.back().head;
        append->batch.head.first_seq = append->on.last_seq + 1;
    } else if (!may_follow(*append)) {
        return answer(append, false);
    }
    // Other appends may come between the statement's snapshot and its insert.
    in_session_after(time_.around(kStatement / 4), [this, append] { insert(append); });
}

/// Evaluates the statement's condition on the rows that are committed now.
bool SimDatabase::may_follow(const Append& append) const {
    const auto& on = append.on;
    const auto& head = append.batch.head;
    const bool stands = std::ranges::any_of(journal_.rbegin(), journal_.rend(), [&](auto& row) {
        return row.head.first_seq == on.first_seq && row.head.hash == on.hash &&
               row.head.state == on.state && row.head.last_seq + 1 == head.first_seq;
    });
    return stands && agrees_with_clock(append);
}

bool SimDatabase::agrees_with_clock(const Append& append) const {
    const auto at = append.batch.head.at;
    const bool may_be_old =
        append.mode == SharedJournal::Mode::again || append.mode == SharedJournal::Mode::lost;
    return (append.mode == SharedJournal::Mode::lost ||
            at <= std::max(append.on.at, clock() + 250ms)) &&
           (may_be_old || at >= clock() - 1s);
}

void SimDatabase::insert(const Appending& append) {
    if (journal_.back().head.first_seq >= append->batch.head.first_seq)
        return answer(append, false);
    if (uncommitted_) return waiting_.push_back(append);
    uncommitted_ = append;
    if (append->is_hold) {
        append->behind = following(append->from);
        answer(append, true);
        return in_session_after(kHoldMax, [this, append] {
            if (uncommitted_ == append) take_back();
        });
    }
    append->behind = following(append->on.first_seq);
    append->behind.batches.push_back(append->batch);
    in_session_after(std::exchange(held_up_, Time{}), [this, append] {
        append->is_committing = true;
        const auto kilobytes = static_cast<Time::rep>(append->batch.frame.size() / 1'024);
        const auto wait = kCommit / 2 + time_.around(kCommit / 2) + kilobytes * kCommitOfKilobyte;
        in_session_after(wait, [this, append] { commit(append); });
    });
}

void SimDatabase::hold(std::uint64_t first_seq, Bits128 writer, AppendDone done) {
    auto append =
        std::make_shared<Append>(Batch{}, Head{}, SharedJournal::Mode::first, std::move(done));
    append->is_hold = true;
    append->from = first_seq;
    append->batch.head.writer = writer;
    if (!is_up()) return append->done(std::nullopt);
    appending_.push_back(append);
    in_session_after(time_.around(kStatement), [this, append] { begin(append); });
}

void SimDatabase::fill(const Appending& append) {
    const auto& head = append->batch.head;
    const bool has_place =
        uncommitted_ && uncommitted_->is_hold && uncommitted_->batch.head.writer == head.writer;
    if (!has_place) {
        appending_.remove(append);
        return append->done(std::nullopt);
    }
    if (uncommitted_->batch.head.first_seq != head.first_seq || !agrees_with_clock(*append)) {
        take_back();
        return answer(append, false);
    }
    uncommitted_.reset();
    insert(append);
}

void SimDatabase::release(Bits128 writer) {
    if (uncommitted_ && uncommitted_->is_hold && uncommitted_->batch.head.writer == writer)
        take_back();
}

void SimDatabase::take_back() {
    uncommitted_.reset();
    for (const auto& waiting : std::exchange(waiting_, {}))
        in_session_after(time_.around(kStatement / 4), [this, waiting] { insert(waiting); });
}

void SimDatabase::commit(const Appending& append) {
    CHECK(append == uncommitted_ && journal_.back().head.last_seq == append->on.last_seq);
    journal_.push_back(append->batch);
    take_back();
    answer(append, true);
}

void SimDatabase::answer(const Appending& append, bool is_in) {
    if (!is_in) append->behind = following(append->is_hold ? append->from : append->on.first_seq);
    appending_.remove(append);
    append->done(SharedJournal::Appended{.is_in = is_in, .following = std::move(append->behind)});
}

void SimDatabase::look(std::uint64_t first_seq, LookDone done) {
    if (!is_up()) return done(std::nullopt);
    auto looking = std::make_shared<LookDone>(std::move(done));
    looking_.push_back(looking);
    in_session_after(time_.around(kStatement), [this, first_seq, looking] {
        looking_.remove(looking);
        (*looking)(following(first_seq));
    });
}

SharedJournal::Following SimDatabase::following(std::uint64_t first_seq) const {
    const auto from = std::ranges::lower_bound(journal_, first_seq, {}, [](const Batch& batch) {
        return batch.head.first_seq;
    });
    auto to = from;
    for (std::size_t bytes = 0; to != journal_.end() && bytes < SharedJournal::kBytesMax; ++to) {
        if (to - from == SharedJournal::kBatchesMax) break;
        if (to != from) bytes += to->frame.size();
    }
    return {
        .batches = {from, to},
        .is_all = to == journal_.end(),
        .clock = clock(),
        .timeline = timeline_,
    };
}

void SimDatabase::restart(Time down) {
    if (uncommitted_ && uncommitted_->is_committing && time_.chance(50))
        journal_.push_back(uncommitted_->batch);
    uncommitted_.reset();
    waiting_.clear();
    held_up_ = {};
    ++sessions_;
    down_until_ = std::max(down_until_, time_.now() + down);
    for (const auto& append : std::exchange(appending_, {}))
        append->done(std::nullopt);
    for (const auto& looking : std::exchange(looking_, {}))
        (*looking)(std::nullopt);
}

void SimDatabase::fork() {
    restart({});
    journal_.front().head.writer = {time_.random(), time_.random()};
    io::Sha256Digest before{};
    for (auto& batch : journal_)
        before = batch.head.hash = store::cluster::hash_of(batch, before);
}

void SimDatabase::fail_over(std::size_t lost, Time down) {
    restart(down);
    journal_.resize(std::max<std::size_t>(journal_.size(), lost + 1) - lost);
    ++timeline_;
}

}  // namespace frontrow::sim
