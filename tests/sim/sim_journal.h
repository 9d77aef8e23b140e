#pragma once

#include "sim/sim_database.h"
#include "sim/virtual_time.h"
#include "store/cluster/shared_journal.h"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>
#include <vector>

namespace frontrow::sim {

/// A process's connection to the database, which can fail in every way in which a real one can.
class SimJournal final : public SharedJournal {
public:
    /// Runs an action in the process that owns the connection.
    using Deliver = std::function<void(Action)>;

    SimJournal(VirtualTime& time, SimDatabase& database, Time trip, Deliver deliver)
        : time_{time}, database_{database}, trip_{trip}, deliver_{std::move(deliver)} {}

    void append(const Batch& batch, const Head& on, Mode mode, AppendDone done) override;
    void hold(std::uint64_t first_seq, Bits128 writer, AppendDone done) override;
    void release() override;
    void look(std::uint64_t first_seq, LookDone done) override;

    /// Lets the requests of the current step leave after this time, when the step is done.
    void depart(Time after);

    // Failures.

    /// Refuses all requests for this time. Messages under way may be lost, arrive, or arrive much
    /// later.
    void cut(Time down);
    /// Delays all messages until this time has passed.
    void stall(Time by) { stalled_until_ = time_.now() + by; }
    /// After this percentage of appends, the append is done but the connection is lost before the
    /// answer.
    void lose_acknowledgements(unsigned percent) { lost_percent_ = percent; }
    void set_trip(Time trip) { trip_ = trip; }
    void heal();

private:
    /// A question without an answer so far.
    struct Asked {
        AppendDone append_done;
        LookDone look_done;
        bool is_hold = false;
        bool has_arrived = false;
        /// The network has lost the question.
        bool is_lost = false;
        Time late{};
    };
    using Question = std::shared_ptr<Asked>;

    bool is_cut() const { return time_.now() < cut_until_ || !database_.is_up(); }
    /// The time of one way.
    Time travel();
    void send(const Question& question, Action ask, Time after);
    void arrive(const Question& question, Action ask);
    /// Calls `done` with the first answer only.
    template <class Done, class Answer>
    void answer(const Question& question, Done Asked::* done, Answer answer);
    void fail(const Question& question);

    VirtualTime& time_;
    SimDatabase& database_;
    Time trip_;
    Deliver deliver_;
    std::vector<std::pair<Question, Action>> leaving_;
    std::list<Question> questions_;
    /// The writer that uses this connection.
    Bits128 writer_;
    /// The database's timeline according to the last look.
    std::uint32_t timeline_ = 0;
    Time cut_until_{};
    Time stalled_until_{};
    unsigned lost_percent_ = 0;
};

}  // namespace frontrow::sim
