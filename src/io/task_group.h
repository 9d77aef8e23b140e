#pragma once

#include "io/awaitable.h"

#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

namespace frontrow::io {

/// Runs coroutines and counts those that still run, so that none is left running: spawn tasks, then
/// await all of them before destroying what they use. One thread, the executor's. Must outlive its
/// tasks.
class TaskGroup {
public:
    /// `on_error` receives an exception that a task threw. None of our tasks throws on purpose.
    TaskGroup(Executor executor, std::function<void(std::exception_ptr)> on_error);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    void spawn(Awaitable<void> task);
    std::size_t size() const { return running_; }
    /// Returns when no task runs. Tell the tasks to end before.
    Awaitable<void> wait();

private:
    void ended(const std::exception_ptr& error);

    Executor executor_;
    std::function<void(std::exception_ptr)> on_error_;
    std::size_t running_ = 0;
    std::vector<std::move_only_function<void()>> waiting_;
};

}  // namespace frontrow::io
