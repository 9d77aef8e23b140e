#pragma once

#include "base/bits128.h"
#include "base/result.h"
#include "io/fault.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace frontrow::store::cluster {

/// One process's part in deciding which of many processes does a task. The processes share a row of
/// a table. Its holder renews it; another process that sees no renewal for two seconds takes it. No
/// wall clock is used, and no two processes' clocks are compared: each process measures the time
/// since it saw the row change.
///
/// A pure state machine: next() returns the next question to the table, answer() takes its answer.
/// One thread.
class LeaseKeeper {
public:
    using Time = std::chrono::nanoseconds;

    /// How often a holder renews, and how often the others look.
    static constexpr Time kPace = std::chrono::milliseconds{500};
    static constexpr Time kTakenAfter = std::chrono::seconds{2};
    /// How long a renewal is valid for its holder, counted from when it was sent. Other processes
    /// see the renewal later, and then wait longer.
    static constexpr Time kHeldFor = std::chrono::milliseconds{1'500};

    struct Row {
        /// Rises each time the lease is taken.
        std::uint64_t number = 0;
        /// Nothing if the lease was given back.
        std::optional<Bits128> holder;
        /// Rises with each change of the row.
        std::uint64_t beat = 0;

        friend bool operator==(const Row&, const Row&) = default;
    };

    enum class Ask : std::uint8_t {
        look,
        /// Gives the row to this process under the next number, if the row still equals `on`.
        take,
        /// Increments the row's beat if this process still holds the lease and its number is still
        /// `on->number`.
        renew,
        /// Like renew, but gives the lease back.
        release,
    };
    struct Question {
        Ask ask{};
        /// The row as last seen; nothing if there was none.
        std::optional<Row> on;
        Time sent_at{};
    };
    struct Answer {
        bool is_done = false;
        /// The row after the operation.
        std::optional<Row> row;
    };

    /// `me` is random for each process.
    explicit LeaseKeeper(Bits128 me) : me_{me} {}

    /// What to ask now, if anything. The previous question must have been answered.
    std::optional<Question> next(Time now);
    /// `now` is when the answer came. After a fault of kind outcome_unknown the question may have
    /// been executed, or may still be. After any other fault it certainly wasn't, and won't be.
    void answer(const Question& asked, const Result<Answer, io::Fault>& answer, Time now);
    /// When next() has something to ask, unless is_over().
    Time wake_at() const { return wake_at_; }

    /// The number under which this process holds the lease at `now`; nothing if it doesn't.
    std::optional<std::uint64_t> held(Time now) const;

    /// Gives up the lease: from now on held() returns nothing, and next() gives the lease back if
    /// needed.
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
    /// The row as last seen, when it was last seen, and since when it has been the same.
    std::optional<Row> seen_;
    Time seen_at_{};
    Time seen_since_{};
    Time held_until_{};
    Time wake_at_{};
    bool is_releasing_ = false;
    bool is_over_ = false;
};

}  // namespace frontrow::store::cluster
