#include "store/postgres/postgres_task_leases.h"

#include "io/postgres/pg_connection.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using cluster::LeaseKeeper;
using io::Awaitable;
using io::Fault;
using io::postgres::PgParams;
using io::postgres::PgQuery;
using io::postgres::PgResult;
using io::postgres::PgStatement;
using Asked = LeaseKeeper::Ask;
using LeaseRow = LeaseKeeper::Row;

constexpr PgStatement kLook{
    "lease_look",
    "SELECT number, holder, beat FROM task_leases WHERE name = $1"
};
constexpr PgStatement kFirst{
    "lease_first",
    "INSERT INTO task_leases VALUES ($1, 1, $2, 0) ON CONFLICT DO NOTHING"
};
constexpr PgStatement kTake{
    "lease_take",
    "UPDATE task_leases SET number = number + 1, holder = $2, beat = beat + 1"
    " WHERE name = $1 AND number = $3 AND beat = $4"
};
constexpr PgStatement kRenew{
    "lease_renew",
    "UPDATE task_leases SET beat = beat + 1 WHERE name = $1 AND holder = $2 AND number = $3"
};
constexpr PgStatement kRelease{
    "lease_release",
    "UPDATE task_leases SET holder = NULL, beat = beat + 1"
    " WHERE name = $1 AND holder = $2 AND number = $3"
};

PgQuery take_query(const std::string& name, Bits128 me, const std::optional<LeaseRow>& on) {
    if (!on) return {kFirst, PgParams::of(name, me)};
    const auto number = static_cast<std::int64_t>(on->number);
    const auto beat = static_cast<std::int64_t>(on->beat);
    return {kTake, PgParams::of(name, me, number, beat)};
}

PgQuery holder_query(
    const PgStatement& statement,
    const std::string& name,
    Bits128 me,
    const std::optional<LeaseRow>& on
) {
    const auto number = static_cast<std::int64_t>(on->number);
    return {statement, PgParams::of(name, me, number)};
}

/// The statement that changes the row, followed by one that reads it.
std::vector<PgQuery>
lease_queries(const std::string& name, Bits128 me, const LeaseKeeper::Question& question) {
    std::vector<PgQuery> queries;
    switch (question.ask) {
        case Asked::look:
            break;
        case Asked::take:
            queries.push_back(take_query(name, me, question.on));
            break;
        case Asked::renew:
            queries.push_back(holder_query(kRenew, name, me, question.on));
            break;
        case Asked::release:
            queries.push_back(holder_query(kRelease, name, me, question.on));
            break;
    }
    queries.push_back({kLook, PgParams::of(name)});
    return queries;
}

std::optional<LeaseRow> lease_row_in(const PgResult& rows) {
    if (rows.rows() == 0) return std::nullopt;
    return LeaseRow{
        .number = static_cast<std::uint64_t>(rows.int8(0, 0)),
        .holder = rows.maybe(&PgResult::uuid, 0, 1),
        .beat = static_cast<std::uint64_t>(rows.int8(0, 2)),
    };
}

}  // namespace

PostgresTaskLeases::PostgresTaskLeases(Ports ports, io::postgres::PgOptions connection)
    : ports_{std::move(ports)},
      me_{ports_.random.next()},
      line_{ports_.owner, with_short_times(std::move(connection))},
      timer_{ports_.owner},
      group_{ports_.owner, [](const std::exception_ptr& error) { std::rethrow_exception(error); }} {
}

void PostgresTaskLeases::stand_for(std::string task) {
    tasks_.push_back({std::move(task), Keeper{me_}});
    timer_.cancel();
    if (!std::exchange(is_running_, true)) group_.spawn(run());
}

std::optional<TaskLease> PostgresTaskLeases::held(std::string_view task) const {
    const auto found = std::ranges::find(tasks_, task, &Task::name);
    if (found == tasks_.end()) return std::nullopt;
    const auto number = found->keeper.held(clock_now());
    if (!number) return std::nullopt;
    return TaskLease{.task = found->name, .number = *number};
}

Awaitable<void> PostgresTaskLeases::run() {
    for (;;) {
        const bool is_answered = co_await ask_all();
        // If a lease couldn't be given back, another process takes it once it expires.
        if (is_over() || (is_closing_ && !is_answered)) co_return;
        co_await pause();
    }
}

Awaitable<bool> PostgresTaskLeases::ask_all() {
    bool is_answered = true;
    for (auto& task : tasks_) {
        const auto question = task.keeper.next(clock_now());
        if (!question) continue;
        const auto answer = co_await ask(task.name, *question);
        task.keeper.answer(*question, answer, clock_now());
        is_answered = is_answered && answer.has_value();
    }
    co_return is_answered;
}

Awaitable<Result<LeaseKeeper::Answer, Fault>>
PostgresTaskLeases::ask(std::string name, LeaseKeeper::Question question) {
    const auto queries = lease_queries(name, me_, question);
    const auto results = co_await line_.change(queries);
    if (!results) co_return std::unexpected(results.error());
    const bool is_look = question.ask == Asked::look;
    co_return LeaseKeeper::Answer{
        .is_done = !is_look && results->front().affected() == 1,
        .row = lease_row_in(results->back()),
    };
}

bool PostgresTaskLeases::is_over() const {
    return is_closing_ &&
           std::ranges::all_of(tasks_, [](const Task& task) { return task.keeper.is_over(); });
}

Awaitable<void> PostgresTaskLeases::pause() {
    auto wake_at = Keeper::Time::max();
    for (const auto& task : tasks_) {
        if (!task.keeper.is_over()) wake_at = std::min(wake_at, task.keeper.wake_at());
    }
    timer_.expires_after(std::max(wake_at - clock_now(), Keeper::Time{0}));
    co_await timer_.async_wait(boost::asio::as_tuple(io::use_awaitable));
}

Awaitable<void> PostgresTaskLeases::close() {
    is_closing_ = true;
    for (auto& task : tasks_)
        task.keeper.release(clock_now());
    timer_.cancel();
    co_await group_.wait();
    line_.close();
}

}  // namespace frontrow::store::postgres
