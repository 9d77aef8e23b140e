#include "io/postgres/pg_pool.h"

#include "base/check.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>

namespace frontrow::io::postgres {
namespace {

/// How often the idle connections are looked at when nothing happens.
constexpr std::chrono::milliseconds kLookPeriod{1'000};

}  // namespace

/// In the frame of whoever waits, and in the queue for as long as it has no connection.
struct PgPool::Waiter {
    explicit Waiter(PgPool& the_pool) : pool{the_pool}, timer{the_pool.executor_} {
        pool.waiting_.push_back(this);
    }
    ~Waiter() {
        std::erase(pool.waiting_, this);
        if (connection) pool.give_back(std::move(connection));
        pool.returned_.cancel();
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    PgPool& pool;
    Timer timer;
    std::unique_ptr<PgConnection> connection;
};

PgPool::PgPool(Executor executor, Settings settings, Random& random)
    : executor_{executor},
      settings_{std::move(settings)},
      random_{random},
      backoff_{settings_.backoff_min, settings_.backoff_max},
      keeper_timer_{executor},
      returned_{executor},
      tasks_{executor, [](const std::exception_ptr& error) { std::rethrow_exception(error); }} {
    CHECK(settings_.connections_max > 0);
    tasks_.spawn(keep());
}

PgPool::~PgPool() {
    CHECK(leased_ == 0 && waiting_.empty());
}

Awaitable<Result<PgPool::Lease, PgError>> PgPool::acquire() {
    if (is_closing_) co_return std::unexpected(why_none());
    if (waiting_.empty()) {
        if (auto connection = take_idle()) co_return Lease{*this, std::move(connection)};
    }
    if (waiting_.size() >= settings_.waiting_max) {
        co_return std::unexpected(
            PgError{.kind = PgErrorKind::exhausted, .what = "too many wait for a connection"}
        );
    }
    Waiter waiter{*this};
    wake_keeper();
    waiter.timer.expires_after(settings_.wait_time);
    co_await waiter.timer.async_wait(boost::asio::as_tuple(use_awaitable));
    if (waiter.connection) co_return Lease{*this, std::move(waiter.connection)};
    co_return std::unexpected(why_none());
}

PgError PgPool::why_none() const {
    if (is_closing_) return {.kind = PgErrorKind::refused, .what = "the pool is closing"};
    if (!last_error_.what.empty()) return last_error_;
    return {.kind = PgErrorKind::exhausted, .what = "no connection was free in time"};
}

std::unique_ptr<PgConnection> PgPool::take_idle() {
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        if (!connection->is_alive()) continue;
        ++leased_;
        return connection;
    }
    return nullptr;
}

void PgPool::give_back(std::unique_ptr<PgConnection> connection) {
    --leased_;
    if (is_closing_) {
        connection.reset();
        if (leased_ == 0) returned_.cancel();
    } else if (connection->is_usable() && !connection->is_in_transaction()) {
        put(std::move(connection));
    } else {
        connection.reset();
        wake_keeper();
    }
}

/// To the first who waits, or aside.
void PgPool::put(std::unique_ptr<PgConnection> connection) {
    if (waiting_.empty()) {
        idle_.push_back(std::move(connection));
        return;
    }
    auto& waiter = *waiting_.front();
    waiting_.pop_front();
    ++leased_;
    waiter.connection = std::move(connection);
    waiter.timer.cancel();
}

void PgPool::drop_ended() {
    std::erase_if(idle_, [](const auto& connection) { return !connection->is_alive(); });
}

bool PgPool::is_reachable() {
    drop_ended();
    if (wants_more()) wake_keeper();
    return connections() > 0;
}

bool PgPool::wants_more() const {
    const auto there = connections();
    return there == 0 || (!waiting_.empty() && there < settings_.connections_max);
}

/// Makes connections while they are wanted, one after the other.
Awaitable<void> PgPool::keep() {
    while (!is_closing_) {
        drop_ended();
        if (wants_more()) {
            co_await add_one();
        } else {
            co_await pause(kLookPeriod);
        }
    }
}

Awaitable<void> PgPool::add_one() {
    coming_ = std::make_unique<PgConnection>(executor_, settings_.connection);
    auto opened = co_await coming_->open();
    auto connection = std::move(coming_);
    if (is_closing_) co_return;
    if (opened) {
        backoff_.after_success();
        last_error_ = {};
        put(std::move(connection));
        co_return;
    }
    last_error_ = std::move(opened.error());
    is_backing_off_ = true;
    co_await pause(backoff_.after_failure(random_.next()));
    is_backing_off_ = false;
}

Awaitable<void> PgPool::pause(std::chrono::milliseconds time) {
    keeper_timer_.expires_after(time);
    co_await keeper_timer_.async_wait(boost::asio::as_tuple(use_awaitable));
}

void PgPool::wake_keeper() {
    if (!is_backing_off_) keeper_timer_.cancel();
}

Awaitable<void> PgPool::close() {
    is_closing_ = true;
    keeper_timer_.cancel();
    if (coming_) coming_->close();
    for (auto* waiter : waiting_)
        waiter->timer.cancel();
    idle_.clear();
    while (leased_ > 0 || !waiting_.empty()) {
        returned_.expires_after(kLookPeriod);
        co_await returned_.async_wait(boost::asio::as_tuple(use_awaitable));
    }
    co_await tasks_.wait();
}

}  // namespace frontrow::io::postgres
