#include "io/task_group.h"

#include "base/check.h"
#include "io/awaitable.h"

#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace frontrow::io {

TaskGroup::TaskGroup(Executor executor, std::function<void(std::exception_ptr)> on_error)
    : executor_{std::move(executor)}, on_error_{std::move(on_error)} {
}

TaskGroup::~TaskGroup() {
    CHECK(running_ == 0);
}

void TaskGroup::spawn(Awaitable<void> task) {
    ++running_;
    boost::asio::co_spawn(executor_, std::move(task), [this](const std::exception_ptr& error) {
        ended(error);
    });
}

void TaskGroup::ended(const std::exception_ptr& error) {
    if (error) on_error_(error);
    if (--running_ > 0) return;
    for (auto& resume : std::exchange(waiting_, {}))
        resume();
}

Awaitable<void> TaskGroup::wait() {
    while (running_ > 0) {
        co_await boost::asio::async_initiate<decltype(use_awaitable)&, void()>(
            [this](auto handler) { waiting_.emplace_back(std::move(handler)); }, use_awaitable
        );
    }
}

}  // namespace frontrow::io
