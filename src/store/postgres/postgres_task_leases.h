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

/// The task leases of a cluster: a row a task in PostgreSQL, over a connection of their own.
/// Without the database this process has none, 1.5 s later at the latest.
class PostgresTaskLeases final : public TaskLeases {
public:
    /// All outlive the leases.
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
    /// Asks what each of them has to ask; whether all were answered.
    io::Awaitable<bool> ask_all();
    io::Awaitable<Result<Keeper::Answer, io::Fault>>
    ask(std::string name, Keeper::Question question);
    bool is_over() const;
    io::Awaitable<void> pause();
    Keeper::Time clock_now() const { return ports_.clock.read().since_boot; }

    Ports ports_;
    Bits128 me_;
    Line line_;
    /// A list: a task that is added moves none that is asked about.
    std::list<Task> tasks_;
    bool is_running_ = false;
    bool is_closing_ = false;
    io::Timer timer_;
    io::TaskGroup group_;
};

}  // namespace frontrow::store::postgres
