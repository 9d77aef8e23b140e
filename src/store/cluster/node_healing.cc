#include "store/cluster/node.h"

#include <algorithm>
#include <string>
#include <utility>

// What a node does after a fail-over to a standby that hadn't received the journal's last batches.
// If the node knows some of the lost batches, it appends them again: the same bytes in the same
// places. Nodes that know fewer of them append nothing new meanwhile (quiet_until_).

namespace frontrow::store::cluster {
namespace {

using io::Fault;
using io::FaultKind;

/// The pause between two tries to append a lost batch.
constexpr Node::Time kHealingPause = std::chrono::milliseconds{10};

}  // namespace

void Node::note_timeline(std::uint32_t timeline) {
    if (std::exchange(timeline_, timeline) == timeline) return;
    // On timeline 1 the database has never failed over, so nothing was lost. On any other timeline
    // the node stays quiet: if it has just started, it doesn't know how long ago the fail-over was.
    if (timeline == 1) return;
    stay_quiet();
    failed_over_at_ = now();
}

void Node::begin_healing() {
    healing_ = Healing{};
    look_again_at_ = {};
    // Once the head is in the journal again, a look shows the fate of the batch in flight.
    if (flight_) flight_->is_in_doubt = true;
}

std::uint64_t Node::look_from() const {
    if (!healing_) return head_.first_seq;
    return recent_.head(recent_.last() - std::min(healing_->back, recent_.last())).first_seq;
}

/// `following` is the journal from look_from() on. The batch at that position may have been lost as
/// well.
void Node::heal(const SharedJournal::Following& following) {
    const auto& batches = following.batches;
    auto place = recent_.last();
    auto found = std::ranges::find(batches, recent_.head(place), &Batch::head);
    while (found == batches.end() && place > 0)
        found = std::ranges::find(batches, recent_.head(--place), &Batch::head);
    if (found == batches.end()) {
        if (healing_->back >= recent_.last())
            return fail_healing("the journal no longer has it: its history differs");
        healing_->back *= 2;
    } else if (place == recent_.last()) {
        healing_.reset();
        wants_look_ = true;
    } else if (found + 1 != batches.end()) {
        fail_healing("a fail-over lost it, and another batch has its place");
    } else if (!following.is_all) {
        // The journal has more batches than the answer shows: looks again, from this place on.
        healing_->back = recent_.last() - place;
    } else {
        append_again(place + 1);
    }
}

void Node::append_again(std::size_t place) {
    healing_->is_appending = true;
    healing_->clock_at_send = clock_now();
    ports_.journal.append(
        recent_.batch(place),
        recent_.head(place - 1),
        SharedJournal::Mode::lost,
        [weak = std::weak_ptr{self_}](Result<SharedJournal::Appended, Fault> answer) {
            if (const auto self = weak.lock()) (*self)->on_appended_again(std::move(answer));
        }
    );
}

void Node::on_appended_again(Result<SharedJournal::Appended, Fault> answer) {
    if (has_failed_) return;
    healing_->is_appending = false;
    if (!answer) {
        lose_contact(time_now(), answer.error());
        return step();
    }
    note_contact(answer->following, healing_->clock_at_send);
    if (answer->is_in) {
        stay_quiet();
        heal(answer->following);
    } else {
        look_again_at_ = time_now() + kHealingPause;
    }
    step();
}

void Node::fail_healing(const char* why) {
    fail(
        {FaultKind::corrupt,
         "batch " + std::to_string(head_.first_seq) + ", on which this node stands: " + why}
    );
}

}  // namespace frontrow::store::cluster
