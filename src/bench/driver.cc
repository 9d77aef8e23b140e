#include "bench/driver.h"

#include "io/timer.h"

#include <boost/asio/as_tuple.hpp>

#include <exception>
#include <utility>

namespace frontrow::bench {

struct Driver::Lane {
    Lane(const io::Executor& executor, const LoadPlan& load)
        : connection{executor},
          timer{executor},
          writer{load.target, load.plan, load.venue, load.run} {}

    Connection connection;
    io::Timer timer;
    RequestWriter writer;
};

Driver::Driver(io::Executor executor, const LoadPlan& load)
    : executor_{executor},
      load_{load},
      tasks_{executor, [this](const std::exception_ptr&) {
                 tally_.complaints.add("connections that ended by themselves", "an exception");
             }} {
}

Driver::~Driver() = default;

io::Awaitable<Result<void, io::Fault>> Driver::connect(std::uint32_t connections) {
    for (std::uint32_t i = 0; i < connections; ++i) {
        lanes_.push_back(std::make_unique<Lane>(executor_, load_));
        auto connected = co_await lanes_.back()->connection.connect(load_.target);
        if (!connected) co_return connected;
    }
    co_return Result<void, io::Fault>{};
}

io::Awaitable<void> Driver::run() {
    for (auto& lane : lanes_)
        tasks_.spawn(drive(*lane));
    co_await tasks_.wait();
}

io::Awaitable<void> Driver::drive(Lane& lane) {
    while (const auto turn = load_.schedule.next(load_.watch.elapsed())) {
        if (turn->due && !co_await wait_until(lane, *turn->due)) co_return;
        Exchange exchange{.number = turn->number, .ask = load_.plan.ask(turn->number)};
        const auto request = lane.writer.write(exchange.ask, turn->number);
        exchange.sent = load_.watch.elapsed();
        ++tally_.sent;
        if (turn->due) tally_.lateness.record(exchange.sent - *turn->due);
        const auto answer = co_await lane.connection.exchange(request);
        if (!count(answer)) co_return;
        exchange.answered = load_.watch.elapsed();
        auto& latency = exchange.ask.action == Action::reserve ? tally_.reservations : tally_.reads;
        latency.record(exchange.answered - turn->due.value_or(exchange.sent));
        load_.judge.judge(exchange, *answer, tally_.complaints);
        if (load_.money == nullptr || answer->status != 201) continue;
        Checkout checkout{load_.target, load_.run, turn->number, answer->body};
        if (!co_await check_out(lane, std::move(checkout))) co_return;
    }
}

/// Counts the answer. Returns false if there is none.
bool Driver::count(const Result<Answer, io::Fault>& answer) {
    if (answer)
        ++tally_.answers[answer->status];
    else
        tally_.complaints.add("requests without an answer", answer.error().what);
    return answer.has_value();
}

/// Lets the buyer order and pay. Returns false if an answer is missing.
io::Awaitable<bool> Driver::check_out(Lane& lane, Checkout checkout) {
    const auto began = load_.watch.elapsed();
    while (const auto request = checkout.next()) {
        const auto sent = load_.watch.elapsed();
        const auto answer = co_await lane.connection.exchange(*request);
        if (!count(answer)) co_return false;
        const auto answered = load_.watch.elapsed();
        tally_.checkouts.record(answered - sent);
        const bool was_paid = checkout.was_paid();
        checkout.note(*answer, tally_.complaints);
        if (!was_paid && checkout.was_paid()) tally_.orders.record(answered - began);
    }
    if (checkout.order()) load_.money->enter(*checkout.order(), checkout.has_returned());
    co_return true;
}

/// Returns false if the load ends meanwhile.
io::Awaitable<bool> Driver::wait_until(Lane& lane, std::chrono::nanoseconds due) {
    if (load_.watch.elapsed() < due) {
        lane.timer.expires_at(load_.watch.at(due));
        co_await lane.timer.async_wait(boost::asio::as_tuple(io::use_awaitable));
    }
    co_return !load_.schedule.is_stopped();
}

void Driver::give_up() {
    load_.schedule.stop();
    for (auto& lane : lanes_) {
        lane->timer.cancel();
        lane->connection.close();
    }
}

Tally Driver::take() {
    return std::exchange(tally_, Tally{});
}

}  // namespace frontrow::bench
