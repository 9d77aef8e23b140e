#pragma once

#include "base/bits128.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/postgres/pg_options.h"
#include "io/random.h"
#include "io/task_group.h"
#include "io/timer.h"
#include "store/cluster/lease_keeper.h"
#include "store/postgres/line.h"
#include "store/task_leases.h"

#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::store::postgres {

/// The task leases of a cluster: one row per task in PostgreSQL, over its own connection. Without
/// the database this process loses its leases within 1.5 s.
class PostgresTaskLeases final : public TaskLeases {
public:
    /// All must outlive the leases.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        io::Random& random;
    };

    PostgresTaskLeases(Ports ports, io::postgres::PgOptions connection);

    void stand_for(std::string task) override;
    std::optional<TaskLease> held(std::string_view task) const override;
    io::Awaitable<void> close() override;

private:
    using Keeper = cluster::LeaseKeeper;
    struct Task {
        std::string name;
        Keeper keeper;
    };

    io::Awaitable<void> run();
    /// Sends each task's question, if it has one. Returns whether all were answered.
    io::Awaitable<bool> ask_all();
    io::Awaitable<Result<Keeper::Answer, io::Fault>>
    ask(std::string name, Keeper::Question question);
    bool is_over() const;
    io::Awaitable<void> pause();
    Keeper::Time clock_now() const { return ports_.clock.read().since_boot; }

    Ports ports_;
    Bits128 me_;
    Line line_;
    /// A list, so that adding a task moves no task whose question is under way.
    std::list<Task> tasks_;
    bool is_running_ = false;
    bool is_closing_ = false;
    io::Timer timer_;
    io::TaskGroup group_;
};

}  // namespace frontrow::store::postgres
