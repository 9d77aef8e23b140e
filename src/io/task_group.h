#pragma once

#include "io/awaitable.h"

#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

namespace frontrow::io {

/// Runs coroutines and counts those still running, so that their owner can wait for all of them:
/// spawn tasks, then await wait() before destroying what they use. One thread, the executor's. Must
/// outlive its tasks.
class TaskGroup {
public:
    /// `on_error` receives an exception that a task threw. None of our tasks throws on purpose.
    TaskGroup(Executor executor, std::function<void(std::exception_ptr)> on_error);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    void spawn(Awaitable<void> task);
    std::size_t size() const { return running_; }
    /// Returns when no task runs. Tell the tasks to end first.
    Awaitable<void> wait();

private:
    void ended(const std::exception_ptr& error);

    Executor executor_;
    std::function<void(std::exception_ptr)> on_error_;
    std::size_t running_ = 0;
    std::vector<std::move_only_function<void()>> waiting_;
};

}  // namespace frontrow::io
