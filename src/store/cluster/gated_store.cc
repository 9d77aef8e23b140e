#include "store/cluster/gated_store.h"

#include <boost/asio/async_result.hpp>

#include <algorithm>
#include <utility>

namespace frontrow::store::cluster {
namespace {

using redis::GateAnswer;
using redis::GateRequest;

constexpr std::chrono::milliseconds kKeeperPeriod{250};

}  // namespace

GatedStore::GatedStore(Settings settings, Ports ports)
    : settings_{std::move(settings)},
      ports_{std::move(ports)},
      client_{
          ports_.owner,
          ports_.random,
          settings_.redis,
          [this](const auto& connected) {
              if (!connected)
                  ports_.on_trouble({io::FaultKind::unavailable, "Redis: " + connected.error()});
          }
      },
      keepers_client_{ports_.owner, ports_.random, settings_.redis},
      gate_{client_, ports_.clock, ports_.random, settings_.gate},
      keepers_gate_{keepers_client_, ports_.clock, ports_.random, settings_.gate},
      truth_{
          settings_.postgres,
          {.owner = ports_.owner,
           .clock = ports_.clock,
           .random = ports_.random,
           .on_trouble = ports_.on_trouble,
           .on_fact = [this](const domain::Fact& fact) { keeper_.take(fact); }}
      },
      keeper_{truth_, keepers_gate_, keepers_client_, ports_.clock, ports_.random.next()},
      tasks_{ports_.owner, [](const std::exception_ptr& error) { std::rethrow_exception(error); }},
      ticker_{std::make_unique<io::Ticker>(ports_.owner, kKeeperPeriod, [this] { tick(); })} {
}

GatedStore::~GatedStore() = default;

Awaitable<void> GatedStore::close() {
    is_closing_ = true;
    ticker_.reset();
    co_await truth_.close();
    co_await tasks_.wait();
    co_await client_.close();
    co_await keepers_client_.close();
}

void GatedStore::tick() {
    if (!truth_.is_ready() || std::exchange(keeps_, true)) return;
    tasks_.spawn([](GatedStore& store) -> Awaitable<void> {
        co_await store.keeper_.work();
        store.keeps_ = false;
    }(*this));
}

Awaitable<Result<domain::Outcome, io::Fault>>
GatedStore::execute(domain::Command command, TraceId trace) {
    auto* reserve = std::get_if<domain::ReserveSeats>(&command);
    if (reserve == nullptr || !truth_.is_ready())
        co_return co_await truth_.execute(std::move(command), trace);
    const auto answer = co_await ask_gate(*reserve);
    if (answer == GateAnswer::taken) {
        if (auto refusal = truth_.refusal_of_taken(*reserve))
            co_return domain::Outcome{std::unexpected(std::move(*refusal))};
    }
    co_return co_await pass_on(std::move(*reserve), trace, answer == GateAnswer::pass);
}

/// A claim that came to nothing is given back, so that the next one needn't wait for its end.
Awaitable<Result<domain::Outcome, io::Fault>>
GatedStore::pass_on(domain::ReserveSeats command, TraceId trace, bool has_claim) {
    const auto event = command.event;
    const auto owner = command.request.key;
    auto seats = command.seats;
    auto outcome = co_await truth_.execute(std::move(command), trace);
    // A replay tells of an earlier claim, whose seats may be free again by now.
    const bool may_have_been_done = outcome
                                        ? outcome->has_value() && !(*outcome)->replayed
                                        : outcome.error().kind == io::FaultKind::outcome_unknown;
    if (has_claim && !may_have_been_done && !is_closing_) give_back(event, std::move(seats), owner);
    co_return outcome;
}

void GatedStore::give_back(EventId event, domain::SeatIds seats, Bits128 owner) {
    tasks_.spawn(
        [](GatedStore& store, EventId of, domain::SeatIds ids, Bits128 whose) -> Awaitable<void> {
            const GateRequest request{.event = of, .seats = ids, .owner = whose};
            co_await store.gate_.release({&request, 1});
        }(*this, event, std::move(seats), owner)
    );
}

/// `command` stays where it is until the answer.
Awaitable<GateAnswer> GatedStore::ask_gate(const domain::ReserveSeats& command) {
    return boost::asio::async_initiate<decltype(io::use_awaitable)&, void(GateAnswer)>(
        [this, &command](auto handler) {
            asking_.push_back(
                {.request =
                     {.event = command.event,
                      .seats = {command.seats.data(), command.seats.size()},
                      .owner = command.request.key},
                 .answered = std::move(handler)}
            );
            if (!std::exchange(asks_, true)) tasks_.spawn(ask_together());
        },
        io::use_awaitable
    );
}

/// Those who come while one batch is at the gate go in the next.
Awaitable<void> GatedStore::ask_together() {
    while (!asking_.empty()) {
        const auto count = std::min(asking_.size(), settings_.batch_max);
        std::vector<Asking> batch{
            std::make_move_iterator(asking_.begin()),
            std::make_move_iterator(asking_.begin() + static_cast<std::ptrdiff_t>(count))
        };
        asking_.erase(asking_.begin(), asking_.begin() + static_cast<std::ptrdiff_t>(count));
        std::vector<GateRequest> requests;
        requests.reserve(batch.size());
        for (const auto& one : batch)
            requests.push_back(one.request);
        const auto answers = co_await gate_.try_take(requests);
        for (std::size_t i = 0; i < batch.size(); ++i)
            batch[i].answered(answers[i]);
    }
    asks_ = false;
}

std::optional<GateCounts> GatedStore::count_gate() const {
    const auto& counters = gate_.counters();
    return GateCounts{
        .passed = counters.pass,
        .taken = counters.taken,
        .unknown = counters.unknown,
        .is_open = gate_.breaker_state() == io::CircuitBreaker::State::closed,
    };
}

}  // namespace frontrow::store::cluster
