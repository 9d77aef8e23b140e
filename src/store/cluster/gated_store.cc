#include "store/cluster/gated_store.h"

#include <boost/asio/async_result.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace frontrow::store::cluster {
namespace {

using redis::GateAnswer;
using redis::GateRequest;
using redis::GateVerdict;

constexpr std::chrono::milliseconds kKeeperPeriod{250};
constexpr Millis kKeepersCommandTime{500};

/// Nobody waits for the keeper: a node that is busy for a moment mustn't cost it its connection,
/// and with that all it has told.
io::RedisSettings keepers(io::RedisSettings settings) {
    settings.command_time = std::max(settings.command_time, kKeepersCommandTime);
    return settings;
}

bool is_taken(const domain::Outcome& outcome) {
    return !outcome && outcome.error().reason == domain::Reason::seats_unavailable;
}

/// Whether all that can still stand against a request is who else wants its seats, as far as this
/// node has followed. A claim of any other would keep seats from buyers for nothing.
bool depends_on_rivals(const domain::Outcome& viewed) {
    return viewed ? !viewed->replayed : is_taken(viewed);
}

/// With the seats that are taken as far as the node or the gate knows, in the order of the wish.
domain::Refusal refusal_of_taken(
    const domain::ReserveSeats& command,
    const domain::Outcome& viewed,
    const std::vector<redis::TakenSeat>& at_the_gate
) {
    domain::Refusal refusal{.reason = domain::Reason::seats_unavailable};
    std::span<const domain::SeatConflict> in_view;
    if (!viewed) in_view = viewed.error().conflicts;
    for (const auto seat : command.seats) {
        const auto seen = std::ranges::find(in_view, seat, &domain::SeatConflict::seat);
        const auto told = std::ranges::find(at_the_gate, seat, &redis::TakenSeat::seat);
        if (seen != in_view.end()) {
            refusal.conflicts.push_back(*seen);
        } else if (told != at_the_gate.end()) {
            using enum domain::SeatStatus;
            refusal.conflicts.push_back({seat, told->is_sold ? confirmed : reserved});
        }
    }
    return refusal;
}

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
      keepers_client_{
          ports_.owner,
          ports_.random,
          keepers(settings_.redis),
          [this](const auto& connected) {
              if (connected) keeper_.forget();
          }
      },
      gate_{client_, ports_.clock, ports_.random, settings_.gate},
      keepers_gate_{keepers_client_, ports_.clock, ports_.random, settings_.gate},
      truth_{
          settings_.postgres,
          {.owner = ports_.owner,
           .clock = ports_.clock,
           .random = ports_.random,
           .on_trouble = ports_.on_trouble,
           .on_failure = ports_.on_failure,
           .on_fact = [this](const domain::Fact& fact) { keeper_.take(fact); }}
      },
      keeper_{
          {.truth = truth_,
           .gate = keepers_gate_,
           .client = keepers_client_,
           .clock = ports_.clock,
           .random = ports_.random,
           .is_contested = [this](EventId event) { return contention_.is_high(event); }},
          settings_.keeper
      },
      contention_{settings_.contested_from},
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
    const auto viewed = domain::decide(truth_.inventory(), command, truth_.now()).outcome;
    if (!depends_on_rivals(viewed)) co_return co_await truth_.execute(std::move(command), trace);
    if (!contention_.is_high(reserve->event))
        co_return co_await pass_on(std::move(*reserve), trace, false);
    const auto answer = co_await ask_gate(*reserve);
    if (answer.verdict == GateVerdict::taken) {
        contention_.note(reserve->event, true);
        co_return domain::Outcome{std::unexpected(refusal_of_taken(*reserve, viewed, answer.taken))
        };
    }
    co_return co_await pass_on(std::move(*reserve), trace, answer.verdict == GateVerdict::pass);
}

/// A claim that came to nothing is given back, so that the next one needn't wait for its end.
Awaitable<Result<domain::Outcome, io::Fault>>
GatedStore::pass_on(domain::ReserveSeats command, TraceId trace, bool has_claim) {
    const auto event = command.event;
    const auto owner = command.request.key;
    auto seats = command.seats;
    auto outcome = co_await truth_.execute(std::move(command), trace);
    if (outcome) contention_.note(event, is_taken(*outcome));
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
        auto answers = co_await gate_.try_take(requests);
        for (std::size_t i = 0; i < batch.size(); ++i)
            batch[i].answered(std::move(answers[i]));
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
