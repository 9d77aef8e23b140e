#pragma once

#include "io/awaitable.h"

#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

namespace frontrow::io {

/// Runs coroutines and knows how many still run, so that nothing is ever left running behind:
/// spawn, then await all of them before what they use goes. One thread, the executor's; outlives
/// its tasks.
class TaskGroup {
public:
    /// `on_error` is told what a task threw, if one did: no task of ours throws on purpose.
    TaskGroup(Executor executor, std::function<void(std::exception_ptr)> on_error);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    void spawn(Awaitable<void> task);
    std::size_t size() const { return running_; }
    /// Returns when no task runs. Whoever closes the group has told its tasks to end.
    Awaitable<void> wait();

private:
    void ended(const std::exception_ptr& error);

    Executor executor_;
    std::function<void(std::exception_ptr)> on_error_;
    std::size_t running_ = 0;
    std::vector<std::move_only_function<void()>> waiting_;
};

}  // namespace frontrow::io
