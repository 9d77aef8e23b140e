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

/// A process's connection to the database, which can fail in every way in which one does.
class SimJournal final : public SharedJournal {
public:
    /// Has something done in the process whose connection it is.
    using Deliver = std::function<void(Action)>;

    SimJournal(VirtualTime& time, SimDatabase& database, Time trip, Deliver deliver)
        : time_{time}, database_{database}, trip_{trip}, deliver_{std::move(deliver)} {}

    void append(const Batch& batch, const Head& on, Mode mode, AppendDone done) override;
    void hold(std::uint64_t first_seq, Bits128 writer, AppendDone done) override;
    void release() override;
    void look(std::uint64_t first_seq, LookDone done) override;

    /// What was asked for in one step of the process leaves it when that is done, after so long.
    void depart(Time after);

    // Faults.

    /// Whatever is asked for meanwhile is refused. What was on its way may get lost, or not, or
    /// arrive much later.
    void cut(Time down);
    /// Nothing travels meanwhile, and then all of it.
    void stall(Time by) { stalled_until_ = time_.now() + by; }
    /// So many of a hundred appends are done, and then the connection is lost.
    void lose_acknowledgements(unsigned percent) { lost_percent_ = percent; }
    void set_trip(Time trip) { trip_ = trip; }
    void heal();

private:
    /// A question that wasn't answered yet.
    struct Asked {
        AppendDone append_done;
        LookDone look_done;
        bool is_hold = false;
        bool has_arrived = false;
        /// The network has lost it.
        bool is_lost = false;
        Time late{};
    };
    using Question = std::shared_ptr<Asked>;

    bool is_cut() const { return time_.now() < cut_until_ || !database_.is_up(); }
    /// One way.
    Time travel();
    void send(const Question& question, Action ask, Time after);
    void arrive(const Question& question, Action ask);
    /// The first answer is the one that counts.
    template <class Done, class Answer>
    void answer(const Question& question, Done Asked::* done, Answer answer);
    void fail(const Question& question);

    VirtualTime& time_;
    SimDatabase& database_;
    Time trip_;
    Deliver deliver_;
    std::vector<std::pair<Question, Action>> leaving_;
    std::list<Question> questions_;
    /// Whoever writes over this connection.
    Bits128 writer_;
    /// Of the database, as the last look told of it.
    std::uint32_t timeline_ = 0;
    Time cut_until_{};
    Time stalled_until_{};
    unsigned lost_percent_ = 0;
};

}  // namespace frontrow::sim
