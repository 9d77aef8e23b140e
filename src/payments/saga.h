#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "base/instant.h"
#include "domain/reads.h"
#include "io/backoff.h"
#include "io/random.h"
#include "payments/provider.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::payments {

/// Decides whom to ask what, and when, until each payment and refund has a result. It asks for one
/// thing of each payment at a time, and asks again later if nobody knows the answer. Each kind of
/// question has room of its own (provider.h), so no kind holds up another. If a kind lacks room,
/// nothing of it is asked again before everything else of it had its turn.
///
/// Pure: it remembers only what saves work, so a new one goes on where an old one was, and two at
/// once ask the same under the same keys. One thread.
class Saga {
public:
    struct Settings {
        /// The waits before the same is asked again.
        io::BackoffDelays again{.first = Millis{250}, .longest = Millis{30'000}};
        /// The waits while a buyer is on the provider's page, or a bank hasn't carried out a
        /// refund. There may be thousands, and the provider bounds how often it can be asked.
        io::BackoffDelays on_page{.first = Millis{1'000}, .longest = Millis{60'000}};
        std::size_t charges_max = kChargesAtOnce;
        std::size_t questions_max = kQuestionsAtOnce;
        std::size_t pages_max = kPagesAtOnce;
        std::size_t refunds_max = kRefundsAtOnce;
        /// Of refunds that start. No provider is asked for that.
        std::size_t starts_max = 16;
    };

    enum class Step : std::uint8_t {
        charge,
        look_up,
        abandon,
        repay,
        /// Starts the refund of an order of a cancelled event.
        start_refund,
    };

    /// What is to be done next for one payment, refund or order.
    struct Task {
        Step step{};
        /// The id of the payment, the refund or the order.
        Bits128 id;
        /// The provider to ask; empty with start_refund.
        std::string provider;
        /// With charge, look_up and abandon.
        Charge charge{};
        /// With repay.
        Repayment repayment{};
    };

    /// The charges that are to begin now.
    struct Charges {
        std::vector<Task> tasks;
        /// False if there was no room for some.
        bool has_all = true;
    };

    /// How a task has ended.
    enum class End : std::uint8_t {
        /// Its result is a fact.
        settled,
        /// The provider hasn't decided yet.
        pending,
        /// Nobody knows whether anything was done.
        unknown,
    };

    /// `random` (for the jitter) must outlive the saga.
    Saga(const Settings& settings, io::Random& random) : settings_{settings}, random_{random} {}

    /// What to begin now. Call ended() once for each task, when it has ended.
    std::vector<Task> next(const domain::Unfinished& unfinished, Instant now);
    /// The same, but only the first questions about charges.
    Charges next_charges(const domain::Unfinished& unfinished, Instant now);
    void ended(const Task& task, End end, Instant now);
    /// Whether the last look found no room for something.
    bool lacks_room() const;

    // Call them when next() has seen everything unfinished of the kind since the last call: what it
    // hasn't seen is finished, and is forgotten.

    void has_seen_all_payments();
    void has_seen_all_refunds();

private:
    struct Entry {
        int failures = 0;
        Instant not_before = Instant::min();
        bool is_under_way = false;
        /// The provider was asked by this process, perhaps without an answer.
        bool was_asked = false;
        /// The provider was told to take nothing any more.
        bool was_abandoned = false;
        /// next() has seen it since has_seen_all_…().
        bool is_seen = false;
        /// The round of its room in which it last began.
        std::uint64_t turn = 0;
    };
    using Entries = std::map<Bits128, Entry>;
    /// The tasks under way of a kind.
    struct Room {
        std::size_t max = 0;
        /// Goes on until everything unfinished was seen and there was room for all of it. No two
        /// rooms have rounds of the same number.
        std::uint64_t round = 0;
        std::size_t taken = 0;
        /// The last look found no room for something.
        bool is_short = false;
        /// Some look found none since everything was seen.
        bool was_short = false;
    };

    static void forget_unseen(Entries& entries);
    Room& room_for(const Task& task);
    Entries& entries_for(Step step);
    /// Adds the task if it is to begin now. Returns false if only room for it is lacking.
    bool begin(Task task, Instant now, std::vector<Task>& into);
    Task task_for(const domain::UnfinishedPayment& one, Instant now);
    /// Begins a new round of the room if there was room for everything in this one.
    void end_round(Room& room);

    Settings settings_;
    io::Random& random_;
    Entries payments_;
    /// And the orders to refund.
    Entries refunds_;
    // Places in `rooms_`.
    static constexpr std::size_t kCharges = 0;
    static constexpr std::size_t kQuestions = 1;
    static constexpr std::size_t kPages = 2;
    static constexpr std::size_t kRepayments = 3;
    static constexpr std::size_t kStarts = 4;

    std::array<Room, 5> rooms_{
        Room{.max = settings_.charges_max, .round = 1},
        Room{.max = settings_.questions_max, .round = 2},
        Room{.max = settings_.pages_max, .round = 3},
        Room{.max = settings_.refunds_max, .round = 4},
        Room{.max = settings_.starts_max, .round = 5},
    };
    std::uint64_t last_round_ = 5;
};

}  // namespace frontrow::payments
