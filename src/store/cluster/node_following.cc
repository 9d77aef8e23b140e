#include "store/cluster/node.h"
#include "store/cluster/replay.h"

#include <algorithm>
#include <string>
#include <utility>

// How a node follows the journal: looks, other nodes' batches, and which callers may be answered.

namespace frontrow::store::cluster {
namespace {

using io::Fault;
using io::FaultKind;
using NodeTime = Node::Time;

/// A node that has heard nothing for this long isn't ready.
constexpr NodeTime kReadyFor = std::chrono::seconds{2};
constexpr auto kRingMemory = std::chrono::floor<Millis>(Ring::kMemory);

// The pause between two tries to reach the journal.
constexpr NodeTime kContactPauseMin = std::chrono::milliseconds{10};
constexpr NodeTime kContactPauseMax = std::chrono::milliseconds{200};

}  // namespace

void Node::on_looked(Result<SharedJournal::Following, Fault> answer) {
    if (has_failed_) return;
    const auto asked = *std::exchange(look_, std::nullopt);
    if (!answer) {
        lose_contact(time_now(), answer.error());
        wants_look_ = true;
        return step();
    }
    note_contact(*answer, asked.clock_at_send);
    looked_at_ = asked.sent_at;
    if (healing_) {
        if (asked.from == look_from()) heal(*answer);
    } else if (flight_ && flight_->is_in_doubt) {
        settle_flight(*answer, asked);
    } else if (!flight_) {
        follow(*answer, asked);
        // Sweeps only now that the state is up to date: another node may have swept already.
        sweep();
    }
    step();
}

void Node::follow(const SharedJournal::Following& following, Look asked) {
    const auto& batches = following.batches;
    auto place = std::ranges::find(batches, head_, &Batch::head);
    if (place == batches.end()) {
        // If the head has moved since the question was sent, the answer is merely old. Otherwise a
        // fail-over lost the head.
        wants_look_ = true;
        if (asked.heads < heads_) return;
        return begin_healing();
    }
    while (++place != batches.end()) {
        if (const auto evolved = evolve_batch(*place); !evolved) return fail(evolved.error());
    }
    if (asked.is_proof && ports_.on_proof) ports_.on_proof();
    const auto now = time_now();
    if (quiet_until_ > now) {
        // Lets no caller be answered yet, because other nodes may append lost batches again.
        look_again_at_ = now + kContactPauseMin;
    } else if (following.is_all) {
        if (asked.is_proof) fresh_until_ = std::max(fresh_until_, asked.covers);
        if (!std::exchange(has_caught_up_, true) && ports_.on_news) ports_.on_news(News::caught_up);
    } else {
        wants_look_ = true;
    }
}

Fault Node::diverged_at(const Head& head) {
    return {
        FaultKind::corrupt,
        "batch " + std::to_string(head.first_seq) +
            ": this node's state isn't the one that it led to"
    };
}

Result<void, Fault> Node::evolve_batch(const Batch& batch) {
    if (has_diverged()) return std::unexpected(diverged_at(head_));
    auto facts = replay(state_, head_, batch);
    if (!facts) return std::unexpected(facts.error());
    ++counts_.learned;
    if (quiet_until_ > time_now() && batch.head.at < failed_over_at_) stay_quiet();
    head_moves(batch, std::move(*facts));
    return {};
}

void Node::head_moves(Batch batch, std::vector<domain::Fact> facts) {
    const auto since = time_now();
    head_ = batch.head;
    ++heads_;
    // A batch from long ago, before this node started, gives its writer no turn in the ring.
    if (head_.at + kRingMemory > now()) ring_.saw(head_.writer, since);
    recent_.add(std::move(batch), since);
    if (!unproven_.empty()) ask_again(std::exchange(unproven_, {}));
    if (ports_.on_batch) ports_.on_batch(recent_.batch(recent_.last()), std::move(facts));
}

void Node::note_contact(const SharedJournal::Following& following, Time clock_at_send) {
    heard_at_ = time_now();
    time_.learn(clock_at_send, clock_now(), following.clock);
    look_pause_ = kContactPauseMin;
    note_timeline(following.timeline);
    if (!std::exchange(has_contact_, true) && ports_.on_news) ports_.on_news(News::contact_made);
}

void Node::lose_contact(Time now, const Fault& why) {
    contact_lost_by_ = why;
    if (std::exchange(has_contact_, false) && ports_.on_news) ports_.on_news(News::contact_lost);
    look_pause_ = std::clamp(look_pause_ * 2, kContactPauseMin, kContactPauseMax);
    look_again_at_ = now + look_pause_;
}

void Node::pause_appends(Time now) {
    append_pause_ = std::clamp(append_pause_ * 2, kContactPauseMin, kContactPauseMax);
    append_again_at_ = now + append_pause_;
}

bool Node::is_ready() const {
    return !has_failed_ && has_caught_up_ && has_contact_ && time_now() - heard_at_ < kReadyFor;
}

bool Node::needs_look(Time now) const {
    if (healing_) return !healing_->is_appending;
    if (flight_) return flight_->is_in_doubt && now >= look_again_at_;
    const auto is_behind = [this](const auto& asked) { return asked.number > fresh_until_; };
    return wants_look_ || std::ranges::any_of(unproven_, is_behind) ||
           (!readers_.empty() && is_behind(readers_.back()));
}

Node::Look Node::look_now(Time now) const {
    return {
        .from = look_from(),
        .covers = asked_,
        .heads = heads_,
        .sent_at = now,
        .clock_at_send = clock_now(),
    };
}

void Node::look_if_needed(Time now) {
    if (look_) return;
    if (look_again_at_ > now) return ports_.wake_at(look_again_at_);
    if (!needs_look(now)) return;
    wants_look_ = false;
    ++counts_.looks;
    look_ = look_now(now);
    ports_.journal.look(
        look_->from,
        [weak = std::weak_ptr{self_}](Result<SharedJournal::Following, Fault> answer) {
            if (const auto self = weak.lock()) (*self)->on_looked(std::move(answer));
        }
    );
}

void Node::tell_fresh() {
    if (flight_) return;
    for (auto& asked : unproven_)
        if (asked.number <= fresh_until_) tell(asked, std::move(*asked.outcome));
    std::erase_if(unproven_, [](const Asked& asked) { return !asked.decided; });
    for (; !readers_.empty() && readers_.front().number <= fresh_until_; readers_.pop_front()) {
        answers_.push_back([readable = std::move(readers_.front().readable)]() mutable {
            readable(std::nullopt);
        });
    }
}

}  // namespace frontrow::store::cluster
