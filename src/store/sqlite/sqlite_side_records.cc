#include "store/sqlite/sqlite_side_records.h"

#include "store/sqlite/data_folder.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace frontrow::store::sqlite {
namespace {

using io::Awaitable;
using io::Fault;

constexpr std::chrono::seconds kTakeAgainAfter{1};

}  // namespace

Result<std::unique_ptr<SqliteSideRecords>, Fault> SqliteSideRecords::open(
    io::Executor owner,
    const std::filesystem::path& folder,
    const std::string& vfs
) {
    auto file = SideFile::open(DataFolder::side_of(folder), vfs);
    if (!file) return std::unexpected(file.error());
    return std::unique_ptr<SqliteSideRecords>{
        new SqliteSideRecords{std::move(owner), std::move(*file)}
    };
}

Result<std::unique_ptr<SqliteSideRecords>, Fault>
SqliteSideRecords::open_beside(io::Executor owner, const std::filesystem::path& folder) {
    auto file = SideFile::open_beside(DataFolder::side_of(folder));
    if (!file) return std::unexpected(file.error());
    return std::unique_ptr<SqliteSideRecords>{
        new SqliteSideRecords{std::move(owner), std::move(*file)}
    };
}

Awaitable<Result<std::optional<SideRecord>, Fault>> SqliteSideRecords::find(std::string name) {
    auto work = [this, &name] { return file_.find(name); };
    co_return co_await worker_.run(work);
}

Awaitable<Result<std::vector<SideRecord>, Fault>>
SqliteSideRecords::list(std::string prefix, std::string after) {
    auto work = [this, &prefix, &after] { return file_.list(prefix, after); };
    co_return co_await worker_.run(work);
}

Awaitable<Result<SideOutcome, Fault>> SqliteSideRecords::change(SideChange change) {
    check_side_change(change);
    auto work = [this, &change] { return file_.change(change); };
    co_return co_await worker_.run(work);
}

Awaitable<Result<std::uint64_t, Fault>> SqliteSideRecords::take_task(std::string task) {
    auto work = [this, &task] { return file_.take_task(task); };
    co_return co_await worker_.run(work);
}

Awaitable<void> SqliteSideRecords::close() {
    return worker_.close([this] { return file_.finish(); });
}

SqliteTaskLeases::SqliteTaskLeases(
    io::Executor owner,
    SqliteSideRecords& records,
    std::function<void(const Fault&)> on_trouble
)
    : owner_{std::move(owner)},
      records_{records},
      on_trouble_{std::move(on_trouble)},
      tasks_{owner_, [](const std::exception_ptr& error) { std::rethrow_exception(error); }} {
}

void SqliteTaskLeases::stand_for(std::string task) {
    tasks_.spawn(take(std::move(task)));
}

Awaitable<void> SqliteTaskLeases::take(std::string task) {
    auto& pause = pauses_.emplace_back(owner_);
    auto number = co_await records_.take_task(task);
    if (!number && !is_closing_) on_trouble_(number.error());
    while (!number && !is_closing_) {
        pause.expires_after(kTakeAgainAfter);
        co_await pause.async_wait(boost::asio::as_tuple(io::use_awaitable));
        if (!is_closing_) number = co_await records_.take_task(task);
    }
    if (is_closing_) co_return;
    held_.push_back({.task = std::move(task), .number = *number});
}

std::optional<TaskLease> SqliteTaskLeases::held(std::string_view task) const {
    const auto found = std::ranges::find(held_, task, &TaskLease::task);
    if (found == held_.end()) return std::nullopt;
    return *found;
}

/// The leases need not be given back: the next process takes them at its start.
Awaitable<void> SqliteTaskLeases::close() {
    is_closing_ = true;
    held_.clear();
    for (auto& pause : pauses_)
        pause.cancel();
    co_await tasks_.wait();
}

}  // namespace frontrow::store::sqlite
