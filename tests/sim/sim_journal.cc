#include "sim/sim_journal.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace frontrow::sim {
namespace {

using namespace std::chrono_literals;
using io::Fault;
using io::FaultKind;

constexpr Time kRefused = 100us;
/// A server's session may still carry out a statement long after its client has gone.
constexpr Time kLate = 20ms;
constexpr Time kLateMax = 2s;

}  // namespace

void SimJournal::append(const Batch& batch, const Head& on, Mode mode, AppendDone done) {
    auto question = std::make_shared<Asked>();
    question->append_done = std::move(done);
    leaving_.emplace_back(question, [this, question, batch, on, mode] {
        database_.append(batch, on, mode, [this, question](std::optional<Appended> appended) {
            if (!appended || time_.chance(lost_percent_)) return fail(question);
            time_.after(travel(), [this, question, appended = std::move(*appended)]() mutable {
                answer(question, &Asked::append_done, std::move(appended));
            });
        });
    });
}

void SimJournal::hold(std::uint64_t first_seq, Bits128 writer, AppendDone done) {
    writer_ = writer;
    auto question = std::make_shared<Asked>();
    question->append_done = std::move(done);
    question->is_hold = true;
    leaving_.emplace_back(question, [this, question, first_seq, writer] {
        database_.hold(first_seq, writer, [this, question, writer](std::optional<Appended> held) {
            // The server ends a session whose client has gone, at the first answer.
            if (!question->append_done) return database_.release(writer);
            if (!held || time_.chance(lost_percent_)) return fail(question);
            time_.after(travel(), [this, question, held = std::move(*held)]() mutable {
                answer(question, &Asked::append_done, std::move(held));
            });
        });
    });
}

void SimJournal::release() {
    time_.after(travel(), [this] { database_.release(writer_); });
}

void SimJournal::look(std::uint64_t first_seq, LookDone done) {
    auto question = std::make_shared<Asked>();
    question->look_done = std::move(done);
    leaving_.emplace_back(question, [this, question, first_seq] {
        database_.look(first_seq, [this, question](std::optional<Following> following) {
            if (!following) return fail(question);
            timeline_ = following->timeline;
            time_.after(travel(), [this, question, following = std::move(*following)]() mutable {
                answer(question, &Asked::look_done, std::move(following));
            });
        });
    });
}

Time SimJournal::travel() {
    const auto stalled = std::max(stalled_until_ - time_.now(), Time{});
    return stalled + trip_ / 4 + time_.around(trip_ / 4);
}

void SimJournal::depart(Time after) {
    for (auto& [question, ask] : std::exchange(leaving_, {}))
        send(question, std::move(ask), after);
}

void SimJournal::send(const Question& question, Action ask, Time after) {
    questions_.push_back(question);
    const bool is_old = question->append_done && timeline_ != database_.timeline();
    if (is_cut() || is_old) {
        question->is_lost = true;
        time_.after(kRefused, [this, question] { fail(question); });
        return;
    }
    time_.after(after + travel(), [this, question, ask = std::move(ask)]() mutable {
        arrive(question, std::move(ask));
    });
}

void SimJournal::arrive(const Question& question, Action ask) {
    if (question->is_lost) return;
    if (question->late > Time{})
        return time_.after(std::exchange(question->late, {}), std::move(ask));
    question->has_arrived = true;
    ask();
}

template <class Done, class Answer>
void SimJournal::answer(const Question& question, Done Asked::* done, Answer answer) {
    questions_.remove(question);
    if (!((*question).*done)) return;
    deliver_([tell = std::exchange((*question).*done, {}), answer = std::move(answer)]() mutable {
        tell(std::move(answer));
    });
}

void SimJournal::fail(const Question& question) {
    const bool is_undone =
        question->look_done || question->is_hold || (question->is_lost && time_.chance(50));
    const std::unexpected fault{Fault{
        is_undone ? FaultKind::unavailable : FaultKind::outcome_unknown, "the connection was lost"
    }};
    if (question->look_done) answer(question, &Asked::look_done, fault);
    if (question->append_done) answer(question, &Asked::append_done, fault);
}

void SimJournal::cut(Time down) {
    cut_until_ = time_.now() + down;
    // In half of the cases the server notices the lost connection and ends the session.
    if (time_.chance(50)) release();
    for (const auto& question : std::exchange(questions_, {})) {
        if (!question->has_arrived) {
            question->is_lost = time_.chance(50);
            if (time_.chance(50))
                question->late =
                    time_.chance(50) ? time_.around(kLate) : time_.between(0s, kLateMax);
        }
        fail(question);
    }
}

void SimJournal::heal() {
    cut_until_ = stalled_until_ = {};
    lost_percent_ = 0;
}

}  // namespace frontrow::sim
