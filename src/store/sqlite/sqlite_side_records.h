#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/bounded_worker.h"
#include "io/fault.h"
#include "io/task_group.h"
#include "io/timer.h"
#include "store/side_records.h"
#include "store/sqlite/side_file.h"
#include "store/task_leases.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::store::sqlite {

/// Side records in a data folder (side_file.h says what an erasure leaves behind). A separate
/// thread waits for the disk, so the owner's thread doesn't.
class SqliteSideRecords final : public SideRecords {
public:
    /// For the process that has the folder's lock. Faults: those of SideFile::open.
    static Result<std::unique_ptr<SqliteSideRecords>, io::Fault>
    open(io::Executor owner, const std::filesystem::path& folder, const std::string& vfs = {});
    /// For any other process. Faults: those of SideFile::open_beside.
    static Result<std::unique_ptr<SqliteSideRecords>, io::Fault>
    open_beside(io::Executor owner, const std::filesystem::path& folder);

    io::Awaitable<Result<std::optional<SideRecord>, io::Fault>> find(std::string name) override;
    io::Awaitable<Result<std::vector<SideRecord>, io::Fault>>
    list(std::string prefix, std::string after) override;
    io::Awaitable<Result<SideOutcome, io::Fault>> change(SideChange change) override;
    io::Awaitable<void> close() override;

    /// Like SideFile::take_task.
    io::Awaitable<Result<std::uint64_t, io::Fault>> take_task(std::string task);

private:
    SqliteSideRecords(io::Executor owner, SideFile file)
        : file_{std::move(file)},
          worker_{
              std::move(owner),
              {.waiting_max = kWaitingMax,
               .too_many = "too many calls wait for side.db",
               .is_closed = "the side records are closed"}
          } {}

    static constexpr std::size_t kWaitingMax = 256;

    SideFile file_;
    io::BoundedWorker worker_;
};

/// The task leases of one machine. There is no competitor, so this process gets every task that it
/// asks for with stand_for(). Each start takes the tasks again, under numbers that no earlier
/// process had.
class SqliteTaskLeases final : public TaskLeases {
public:
    /// Close this object before `records`. `on_trouble` is called if a task can't be taken; taking
    /// it is tried again each second.
    SqliteTaskLeases(
        io::Executor owner,
        SqliteSideRecords& records,
        std::function<void(const io::Fault&)> on_trouble
    );

    void stand_for(std::string task) override;
    std::optional<TaskLease> held(std::string_view task) const override;
    io::Awaitable<void> close() override;

private:
    io::Awaitable<void> take(std::string task);

    io::Executor owner_;
    SqliteSideRecords& records_;
    std::function<void(const io::Fault&)> on_trouble_;
    /// One for each task.
    std::list<io::Timer> pauses_;
    std::vector<TaskLease> held_;
    bool is_closing_ = false;
    io::TaskGroup tasks_;
};

}  // namespace frontrow::store::sqlite
