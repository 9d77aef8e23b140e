#include "payments/runner.h"

#include "payments/failed_refund.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace frontrow::payments {
namespace {

/// How often to look although nothing was heard of: another node may have taken an order.
constexpr std::chrono::milliseconds kPace{100};
/// How many unfinished payments, and refunds, a look takes from the store at once.
constexpr std::uint32_t kLookedAt = 256;

const char* name_of(Saga::Step step) {
    switch (step) {
        case Saga::Step::charge:
            return "charge";
        case Saga::Step::look_up:
            return "look_up";
        case Saga::Step::abandon:
            return "abandon";
        case Saga::Step::repay:
            return "repay";
        case Saga::Step::start_refund:
            return "start_refund";
    }
}

const char* name_of(domain::PaymentNews news) {
    switch (news) {
        case domain::PaymentNews::pending:
            return "pending";
        case domain::PaymentNews::succeeded:
            return "succeeded";
        case domain::PaymentNews::declined:
            return "declined";
        case domain::PaymentNews::disputed:
            return "disputed";
        case domain::PaymentNews::undisputed:
            return "undisputed";
    }
}

}  // namespace

Runner::Runner(Ports ports)
    : ports_{std::move(ports)},
      saga_{{}, ports_.random},
      timer_{ports_.executor},
      tasks_{ports_.executor, [&log = ports_.log](const std::exception_ptr&) {
                 log.error("a payment's task ended in an exception");
             }} {
}

void Runner::start() {
    ports_.leases.stand_for(std::string{kPaymentsTask});
    tasks_.spawn(run());
}

void Runner::nudge() {
    is_nudged_ = true;
    timer_.cancel();
}

io::Awaitable<void> Runner::close() {
    is_closing_ = true;
    timer_.cancel();
    co_await tasks_.wait();
}

io::Awaitable<void> Runner::run() {
    while (!is_closing_) {
        is_nudged_ = false;
        if (ports_.leases.held(kPaymentsTask)) co_await look();
        if (!is_nudged_ && !is_closing_) co_await pause();
    }
}

io::Awaitable<void> Runner::pause() {
    timer_.expires_after(kPace);
    co_await timer_.async_wait(boost::asio::as_tuple(io::use_awaitable));
}

io::Awaitable<void> Runner::look() {
    co_await begin_charges();
    const auto part = co_await read(rounds_.part());
    if (!part) co_return;
    begin(saga_.next(*part, ports_.store.now()));
    if (rounds_.has_passed_payments(*part)) saga_.has_seen_all_payments();
    if (rounds_.has_passed_refunds(*part)) saga_.has_seen_all_refunds();
}

io::Awaitable<void> Runner::begin_charges() {
    bool is_all = false;
    while (!is_all) {
        const auto fresh = co_await read(rounds_.fresh());
        if (!fresh) co_return;
        auto charges = saga_.next_charges(*fresh, ports_.store.now());
        begin(std::move(charges.tasks));
        if (!charges.has_all) co_return;
        is_all = rounds_.has_begun_fresh(*fresh);
    }
}

io::Awaitable<std::optional<domain::Unfinished>> Runner::read(domain::UnfinishedSince since) {
    auto unfinished = co_await ports_.store.read(domain::read_unfinished, kLookedAt, since);
    if (!unfinished) co_return std::nullopt;
    oldest_ = unfinished->oldest_since;
    co_return *std::move(unfinished);
}

void Runner::begin(std::vector<Saga::Task> tasks) {
    for (auto& task : tasks)
        tasks_.spawn(carry_out(std::move(task)));
}

io::Awaitable<void> Runner::carry_out(Saga::Task task) {
    auto end = Saga::End::unknown;
    std::exception_ptr error;
    try {
        end = co_await take_step(task);
    } catch (...) {
        error = std::current_exception();
    }
    saga_.ended(task, end, ports_.store.now());
    // The next step, and what waits for the room of this one, needn't wait for the pace.
    if (end == Saga::End::settled || saga_.lacks_room()) nudge();
    if (error) std::rethrow_exception(error);
}

io::Awaitable<Saga::End> Runner::take_step(const Saga::Task& task) {
    if (task.step == Saga::Step::start_refund) co_return co_await start_refund(OrderId{task.id});
    if (auto* provider = ports_.providers.find(task.provider))
        co_return co_await ask(*provider, task);
    count(task, "no_such_provider");
    ports_.log.warn(
        "a payment or refund waits for a provider that the settings don't name",
        {{"provider", task.provider}}
    );
    co_return Saga::End::unknown;
}

io::Awaitable<Saga::End> Runner::ask(Provider& provider, const Saga::Task& task) {
    if (task.step == Saga::Step::repay) {
        auto verdict = co_await provider.repay(task.repayment);
        count(
            task,
            !verdict              ? "unknown"
            : !*verdict           ? "pending"
            : (*verdict)->is_done ? "succeeded"
                                  : "failed"
        );
        if (!verdict) co_return not_answered(task, verdict.error());
        if (!*verdict) co_return Saga::End::pending;
        (*verdict)->provider = task.provider;
        if (!(*verdict)->is_done) tell_failed_refund(ports_.log, **verdict);
        (*verdict)->is_answer = true;
        co_return co_await note(**std::move(verdict), task);
    }
    auto verdict = task.step == Saga::Step::charge    ? co_await provider.charge(task.charge)
                   : task.step == Saga::Step::look_up ? co_await provider.look_up(task.charge)
                                                      : co_await provider.abandon(task.charge);
    count(task, verdict ? name_of(verdict->news) : "unknown");
    if (!verdict) co_return not_answered(task, verdict.error());
    verdict->provider = task.provider;
    const bool is_pending = verdict->news == domain::PaymentNews::pending;
    const auto end = co_await note(*std::move(verdict), task);
    if (is_pending && end == Saga::End::settled) co_return Saga::End::pending;
    co_return end;
}

Saga::End Runner::not_answered(const Saga::Task& task, const io::Fault& fault) {
    constexpr auto kWhat =
        "a payment provider gave no answer that says what it has done; it is asked again";
    const auto fields = {
        telemetry::LogField{"provider", task.provider},
        telemetry::LogField{"step", name_of(task.step)},
        telemetry::LogField{"reason", fault.what},
    };
    // It won't get better by itself.
    if (fault.kind == io::FaultKind::unusable)
        ports_.log.error(kWhat, fields);
    else
        ports_.log.warn(kWhat, fields);
    return Saga::End::unknown;
}

io::Awaitable<Saga::End> Runner::note(domain::Command command, const Saga::Task& task) {
    const auto outcome = co_await ports_.store.execute(std::move(command), {});
    if (!outcome) co_return Saga::End::unknown;
    if (!*outcome) {
        count(task, "refused");
        ports_.log.error(
            "a provider's answer doesn't fit what it was asked; a person must look",
            {{"provider", task.provider}, {"payment", PaymentId{task.id}.to_string()}}
        );
        co_return Saga::End::unknown;
    }
    ports_.desk.tell(task.id);
    co_return Saga::End::settled;
}

io::Awaitable<Saga::End> Runner::start_refund(OrderId order) {
    const auto outcome = co_await ports_.store.execute(
        domain::RefundOrder{
            .refund = {},
            .order = order,
            .by = {.sub = {}, .is_admin = true},
            .seats = {},
            .items = {},
            .reason = domain::RefundReason::event_cancelled,
        },
        {}
    );
    if (!outcome) co_return Saga::End::unknown;
    // After a refusal, there is nothing left to refund. If the order is still named as one to
    // refund, it is tried again later, and not at once.
    co_return *outcome ? Saga::End::settled : Saga::End::pending;
}

void Runner::count(const Saga::Task& task, const char* result) {
    ++results_[{task.provider, std::string{name_of(task.step)} + "/" + result}];
}

void Runner::measure(telemetry::Figures& figures) const {
    for (const auto& [key, total] : results_) {
        const auto slash = key.second.find('/');
        figures.count(
            "payment_steps_total",
            "Questions to payment providers, by what was asked and answered.",
            static_cast<double>(total),
            {{"provider", key.first},
             {"step", key.second.substr(0, slash)},
             {"result", key.second.substr(slash + 1)}}
        );
    }
    const auto age = oldest_ ? ports_.store.now() - *oldest_ : Millis{0};
    figures.gauge(
        "payment_oldest_unfinished_seconds",
        "Age of the oldest payment or refund without a result.",
        std::chrono::duration<double>{age}.count()
    );
}

}  // namespace frontrow::payments
