#pragma once

#include "base/bits128.h"
#include "base/result.h"
#include "io/fault.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace frontrow::store::cluster {

/// One process's part in the question which of many does a task. They share a row, which its holder
/// renews; whoever has seen it unrenewed for two seconds takes it. Nobody's wall clock counts, and
/// no process's clock is compared with another's: each goes by the time since it saw the row change
/// itself.
///
/// A pure machine: next() says what to ask of the row, answer() takes what came of it. One thread.
class LeaseKeeper {
public:
    using Time = std::chrono::nanoseconds;

    /// How often a holder renews, and the others look.
    static constexpr Time kPace = std::chrono::milliseconds{500};
    static constexpr Time kTakenAfter = std::chrono::seconds{2};
    /// How long a renewal counts for its holder, from when it was sent. Others first see it later
    /// than that, and wait for longer.
    static constexpr Time kHeldFor = std::chrono::milliseconds{1'500};

    struct Row {
        /// Rises each time that the lease is taken.
        std::uint64_t number = 0;
        /// Nothing where it was given back.
        std::optional<Bits128> holder;
        /// Rises with each change of the row.
        std::uint64_t beat = 0;

        friend bool operator==(const Row&, const Row&) = default;
    };

    enum class Ask : std::uint8_t {
        look,
        /// Makes the row this process's under the next number, if it's still `on`.
        take,
        /// Raises the beat of the row with the number of `on`, if it's this process's.
        renew,
        /// The same, and it's nobody's then.
        release,
    };
    struct Question {
        Ask ask{};
        /// The row as it was seen; nothing where there was none.
        std::optional<Row> on;
        Time sent_at{};
    };
    struct Answer {
        bool is_done = false;
        /// As it stands afterwards.
        std::optional<Row> row;
    };

    /// `me`: random for each process.
    explicit LeaseKeeper(Bits128 me) : me_{me} {}

    /// What is to be asked now. The one before has been answered.
    std::optional<Question> next(Time now);
    /// `now`: when the answer came. A fault of kind outcome_unknown may have been done, or be done
    /// yet; others surely won't.
    void answer(const Question& asked, const Result<Answer, io::Fault>& answer, Time now);
    /// When next() has something to ask, unless it's over.
    Time wake_at() const { return wake_at_; }

    /// The number under which this process has the lease now.
    std::optional<std::uint64_t> held(Time now) const;

    /// From now on the lease isn't held, and next() gives it back if need be.
    void release(Time now);
    bool is_over() const { return is_over_; }

private:
    bool is_mine() const { return seen_ && seen_->holder == me_; }
    bool is_free() const { return !seen_ || !seen_->holder; }
    bool may_take() const;
    void learn(const Question& asked, const Answer& answer, Time now);

    Bits128 me_;
    bool must_look_ = true;
    bool is_asking_ = false;
    /// The row when it was last seen, and since when it has been seen like that.
    std::optional<Row> seen_;
    Time seen_at_{};
    Time seen_since_{};
    Time held_until_{};
    Time wake_at_{};
    bool is_releasing_ = false;
    bool is_over_ = false;
};

}  // namespace frontrow::store::cluster
