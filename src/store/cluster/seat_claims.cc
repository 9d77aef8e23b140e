#include "store/cluster/seat_claims.h"

#include <boost/asio/async_result.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace frontrow::store::cluster {

using io::Awaitable;
using redis::GateAnswer;
using redis::GateRequest;
using redis::GateVerdict;

SeatClaims::SeatClaims(Settings settings, Ports ports)
    : settings_{std::move(settings)},
      ports_{std::move(ports)},
      client_{
          ports_.owner,
          ports_.random,
          settings_.redis,
          [this](const Result<void, std::string>& connected) {
              if (!ports_.on_connection) return;
              Result<void, io::Fault> told;
              if (!connected)
                  told = std::unexpected(io::Fault{io::FaultKind::unavailable, connected.error()});
              ports_.on_connection(told);
          }
      },
      gate_{client_, ports_.clock, ports_.random, settings_.gate},
      contention_{settings_.contested_from},
      tasks_{ports_.owner, [](const std::exception_ptr& error) { std::rethrow_exception(error); }} {
}

Awaitable<SeatClaims::Entry>
SeatClaims::enter(EventId event, domain::SeatIds seats, Bits128 owner, Millis hold) {
    const auto began = ports_.clock.read().since_boot;
    const auto answer =
        co_await boost::asio::async_initiate<decltype(io::use_awaitable)&, void(GateAnswer)>(
            [&](auto handler) {
                asking_.push_back(
                    {.request =
                         {.event = event,
                          .seats = {seats.data(), seats.size()},
                          .owner = owner,
                          .hold = hold},
                     .answered = std::move(handler)}
                );
                if (!std::exchange(is_asking_, true)) tasks_.spawn(ask_together());
            },
            io::use_awaitable
        );
    durations_of(answer.verdict).add(seconds_since(began));
    if (answer.verdict != GateVerdict::taken)
        co_return Entry{.is_claimed = answer.verdict == GateVerdict::pass, .refusal = {}};
    contention_.note(event, true);
    domain::Refusal refusal{.reason = domain::Reason::seats_unavailable, .is_by_gate = true};
    for (const auto seat : answer.taken)
        refusal.conflicts.push_back({seat, domain::SeatStatus::reserved});
    co_return Entry{.is_claimed = false, .refusal = std::move(refusal)};
}

/// Requests that arrive while the gate answers one batch form the next batch.
Awaitable<void> SeatClaims::ask_together() {
    while (!asking_.empty()) {
        const auto count =
            static_cast<std::ptrdiff_t>(std::min(asking_.size(), settings_.batch_max));
        std::vector<Asking> batch{
            std::make_move_iterator(asking_.begin()),
            std::make_move_iterator(asking_.begin() + count)
        };
        asking_.erase(asking_.begin(), asking_.begin() + count);
        std::vector<GateRequest> requests;
        requests.reserve(batch.size());
        for (const auto& one : batch)
            requests.push_back(one.request);
        auto answers = co_await gate_.try_take(requests);
        for (std::size_t i = 0; i < batch.size(); ++i)
            batch[i].answered(std::move(answers[i]));
    }
    is_asking_ = false;
}

/// Gives back the claim of a failed request, so that the next request needn't wait until the claim
/// expires.
void SeatClaims::settle(
    EventId event,
    domain::SeatIds seats,
    Bits128 owner,
    const Entry& entry,
    const Outcome& outcome
) {
    if (outcome) {
        const bool met_rival =
            !*outcome && outcome->error().reason == domain::Reason::seats_unavailable;
        contention_.note(event, met_rival);
    }
    // A replay returns an earlier reservation, whose seats may be free again by now.
    const bool may_have_been_done = outcome
                                        ? outcome->has_value() && !(*outcome)->replayed
                                        : outcome.error().kind == io::FaultKind::outcome_unknown;
    if (entry.is_claimed && !may_have_been_done) give_back(event, std::move(seats), owner);
}

void SeatClaims::give_back(EventId event, domain::SeatIds seats, Bits128 owner) {
    if (!is_closing_) tasks_.spawn(release(event, std::move(seats), owner));
}

Awaitable<void> SeatClaims::release(EventId event, domain::SeatIds seats, Bits128 owner) {
    const GateRequest request{
        .event = event, .seats = {seats.data(), seats.size()}, .owner = owner
    };
    const auto began = ports_.clock.read().since_boot;
    const bool is_done = co_await gate_.release({&request, 1});
    (is_done ? released_ : not_released_).add(seconds_since(began));
}

telemetry::Durations& SeatClaims::durations_of(GateVerdict verdict) {
    switch (verdict) {
        case GateVerdict::pass:
            return passed_;
        case GateVerdict::taken:
            return taken_;
        case GateVerdict::unknown:
            return unknown_;
    }
    std::unreachable();
}

double SeatClaims::seconds_since(std::chrono::nanoseconds then) const {
    return std::chrono::duration<double>(ports_.clock.read().since_boot - then).count();
}

void SeatClaims::measure(telemetry::Figures& figures) const {
    const auto answers = [&](const char* answer, std::uint64_t count) {
        figures.count(
            "gate_answers_total",
            "The seat gate's answers to reservations.",
            static_cast<double>(count),
            {{"answer", answer}}
        );
    };
    const auto& counters = gate_.counters();
    answers("pass", counters.pass);
    answers("taken", counters.taken);
    answers("unknown", counters.unknown);
    figures.gauge(
        "gate_open",
        "1 while the gate is asked, 0 while it is left out or Redis can't be reached.",
        client_.is_connected() && gate_.breaker_state() == io::CircuitBreaker::State::closed ? 1 : 0
    );
    const auto took = [&](const char* operation, const char* status, const auto& durations) {
        figures.durations(
            "distributed_lock_duration_seconds",
            "How long the gate took to answer for all of a request's seats, or to give them back.",
            durations,
            {{"operation", operation}, {"status", status}}
        );
    };
    took("acquire", "success", passed_);
    took("acquire", "failed", taken_);
    took("acquire", "error", unknown_);
    took("release", "success", released_);
    took("release", "error", not_released_);
}

Awaitable<void> SeatClaims::close() {
    is_closing_ = true;
    co_await tasks_.wait();
    co_await client_.close();
}

}  // namespace frontrow::store::cluster
