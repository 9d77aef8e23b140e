#include "payments/simulator.h"

#include <boost/asio/as_tuple.hpp>

#include <string>
#include <utility>

namespace frontrow::payments {
namespace {

/// A number from 0 up to 1 that looks random and follows from its arguments alone. The mixing steps
/// are those of SplitMix64 (Steele, Lea and Flood, 2014).
double drawn(Bits128 id, std::uint64_t seed, std::uint64_t question) {
    auto bits = id.hi ^ id.lo ^ (seed * 0x9E3779B97F4A7C15ULL) ^ (question << 56);
    bits += 0x9E3779B97F4A7C15ULL;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
    bits ^= bits >> 31;
    constexpr auto kMantissa = 53;
    return static_cast<double>(bits >> (64 - kMantissa)) /
           static_cast<double>(std::uint64_t{1} << kMantissa);
}

constexpr std::uint64_t kIsDeclined = 1;
constexpr std::uint64_t kIsLost = 2;

bool is_left_to_chance(const Charge& charge) {
    return charge.token.empty() || charge.token == "tok_ok";
}

std::string reference_of(Bits128 id) {
    std::string reference = "sim_";
    append_uuid(reference, id);
    return reference;
}

}  // namespace

Simulator::Simulator(io::Executor executor, const Settings& settings, std::function<Instant()> now)
    : executor_{std::move(executor)}, settings_{settings}, now_{std::move(now)} {
}

io::Awaitable<void> Simulator::close() {
    is_closed_ = true;
    for (auto* const pause : pauses_)
        pause->cancel();
    co_return;
}

io::Awaitable<void> Simulator::wait() {
    if (is_closed_ || settings_.delay.count() == 0) co_return;
    io::Timer pause{executor_};
    pause.expires_after(settings_.delay);
    const auto mine = pauses_.insert(pauses_.end(), &pause);
    co_await pause.async_wait(boost::asio::as_tuple(io::use_awaitable));
    pauses_.erase(mine);
}

Verdict Simulator::verdict_of(const Charge& charge) const {
    Verdict verdict{.payment = charge.payment, .reference = reference_of(charge.payment.bits())};
    const auto decline = [&](const char* code) {
        verdict.news = domain::PaymentNews::declined;
        verdict.code = code;
        return verdict;
    };
    if (charge.token == "tok_decline") return decline("card_declined");
    const bool is_known =
        is_left_to_chance(charge) || charge.token == "tok_timeout" || charge.token == "tok_late";
    if (!is_known) {
        return decline(
            "unknown_token; the simulator knows tok_ok, tok_decline, tok_timeout and tok_late"
        );
    }
    const auto chance = drawn(charge.payment.bits(), settings_.seed, kIsDeclined);
    if (is_left_to_chance(charge) && chance < settings_.decline_rate)
        return decline("card_declined");
    verdict.news = domain::PaymentNews::succeeded;
    verdict.amount = charge.amount;
    verdict.currency = charge.currency;
    return verdict;
}

bool Simulator::loses_answer(const Charge& charge) const {
    if (charge.token == "tok_timeout") return true;
    return is_left_to_chance(charge) &&
           drawn(charge.payment.bits(), settings_.seed, kIsLost) < settings_.timeout_rate;
}

io::Awaitable<Result<Verdict, io::Fault>> Simulator::charge(Charge charge) {
    co_await wait();
    if (loses_answer(charge)) {
        co_return std::unexpected(
            io::Fault{io::FaultKind::outcome_unknown, "the simulated answer was lost"}
        );
    }
    if (charge.token.empty()) {
        co_return Verdict{
            .payment = charge.payment,
            .news = domain::PaymentNews::pending,
            .reference = reference_of(charge.payment.bits()),
            .redirect_url = charge.return_url,
        };
    }
    co_return co_await look_up(std::move(charge));
}

io::Awaitable<Result<Verdict, io::Fault>> Simulator::look_up(Charge charge) {
    co_await wait();
    if (charge.token == "tok_late" && now_() < charge.started_at + kLate) {
        co_return Verdict{
            .payment = charge.payment,
            .news = domain::PaymentNews::pending,
            .reference = reference_of(charge.payment.bits()),
        };
    }
    co_return verdict_of(charge);
}

io::Awaitable<Result<Verdict, io::Fault>> Simulator::abandon(Charge charge) {
    co_await wait();
    co_return verdict_of(charge);
}

io::Awaitable<Result<RepaymentVerdict, io::Fault>> Simulator::repay(Repayment repayment) {
    co_await wait();
    co_return domain::NoteRefund{
        .refund = repayment.refund,
        .is_done = true,
        .reference = reference_of(repayment.refund.bits()),
    };
}

io::Awaitable<Result<Movements, io::Fault>> Simulator::list_movements(std::string) {
    co_return std::unexpected(
        io::Fault{io::FaultKind::unusable, "the simulator keeps no books of what it has taken"}
    );
}

io::Awaitable<Result<NoticeReading, io::Fault>>
Simulator::read_notice(std::vector<NoticeHeader>, std::string_view, Instant) {
    co_return NoticeReading{std::unexpected("the simulator sends no notices")};
}

}  // namespace frontrow::payments
