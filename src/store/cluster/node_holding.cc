#include "store/cluster/node.h"

#include <memory>
#include <optional>
#include <utility>

// How a node that keeps losing has the journal hold the next place for it.

namespace frontrow::store::cluster {

using io::Fault;

void Node::ask_hold(Time now) {
    hold_ = look_now(now);
    // The answer comes from a transaction that commits nothing, so a fail-over may still lose the
    // batches that it shows. So no caller may be answered because of it.
    hold_->is_proof = false;
    ++counts_.holds;
    ports_.journal.hold(
        head_.first_seq,
        me_,
        [weak = std::weak_ptr{self_}](Result<SharedJournal::Appended, Fault> answer) {
            if (const auto self = weak.lock()) (*self)->on_held(std::move(answer));
        }
    );
}

void Node::on_held(Result<SharedJournal::Appended, Fault> answer) {
    if (has_failed_) return;
    const auto asked = *std::exchange(hold_, std::nullopt);
    const auto now = time_now();
    if (!answer) {
        lose_contact(now, answer.error());
        pause_appends(now);
        return step();
    }
    note_contact(answer->following, asked.clock_at_send);
    append_pause_ = {};
    if (!healing_) follow(answer->following, asked);
    // The held place directly follows the head, unless the answer didn't show all batches, or the
    // place was lost before the answer came.
    has_place_ = answer->is_in && !healing_ && !has_failed_ && is_head_of(answer->following);
    if (answer->is_in && !has_place_) ports_.journal.release();
    step();
}

void Node::decide_held(Time now) {
    if (!waiting_.empty()) decide_batch(now, SharedJournal::Mode::held);
    if (!flight_) ports_.journal.release();
}

}  // namespace frontrow::store::cluster
