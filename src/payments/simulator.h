#pragma once

#include "io/timer.h"
#include "payments/provider.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>

namespace frontrow::payments {

/// A provider that takes no money: for trying out, for tests and for `frontrow bench`.
///
/// What becomes of a payment follows from its id, its token and the seed alone, so it remembers
/// nothing, and it says the same on every node and after a restart. Tokens: `tok_ok` succeeds,
/// `tok_decline` is declined, `tok_timeout` succeeds but the answer is lost, `tok_late` succeeds
/// after kLate; any other token is declined. Without a token it sends the buyer straight back to
/// the return address, and the payment has succeeded by then.
class Simulator final : public Provider {
public:
    static constexpr std::string_view kName = "simulator";
    static constexpr std::chrono::seconds kLate{3};

    struct Settings {
        /// Before each answer.
        std::chrono::milliseconds delay{0};
        /// The parts of payments with `tok_ok` or without a token that are declined, and whose
        /// first answer is lost: from 0 to 1.
        double decline_rate = 0;
        double timeout_rate = 0;
        std::uint64_t seed = 0;
    };

    /// `now` tells the time by which payments are late.
    Simulator(io::Executor executor, const Settings& settings, std::function<Instant()> now);

    /// Ends all delays.
    io::Awaitable<void> close() override;
    std::string_view name() const override { return kName; }
    io::Awaitable<Result<Verdict, io::Fault>> charge(Charge charge) override;
    io::Awaitable<Result<Verdict, io::Fault>> look_up(Charge charge) override;
    io::Awaitable<Result<Verdict, io::Fault>> abandon(Charge charge) override;
    io::Awaitable<Result<RepaymentVerdict, io::Fault>> repay(Repayment repayment) override;
    /// It keeps no books.
    io::Awaitable<Result<Movements, io::Fault>> list_movements(std::string from) override;
    /// It sends nothing by itself, so it accepts nothing.
    io::Awaitable<Result<NoticeReading, io::Fault>>
    read_notice(std::vector<NoticeHeader> headers, std::string_view body, Instant now) override;

private:
    /// What becomes of a charge in the end.
    Verdict verdict_of(const Charge& charge) const;
    /// The answer to the first question is lost.
    bool loses_answer(const Charge& charge) const;
    io::Awaitable<void> wait();

    io::Executor executor_;
    Settings settings_;
    std::function<Instant()> now_;
    /// The delays that run.
    std::list<io::Timer*> pauses_;
    bool is_closed_ = false;
};

}  // namespace frontrow::payments
