#include "io/task_group.h"

#include "base/check.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace frontrow::io {

TaskGroup::TaskGroup(
    boost::asio::any_io_executor executor,
    std::function<void(std::exception_ptr)> on_error
)
    : executor_{std::move(executor)}, on_error_{std::move(on_error)} {
}

TaskGroup::~TaskGroup() {
    CHECK(running_ == 0);
}

void TaskGroup::spawn(boost::asio::awaitable<void> task) {
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

boost::asio::awaitable<void> TaskGroup::wait() {
    while (running_ > 0) {
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(
            [this](auto handler) { waiting_.emplace_back(std::move(handler)); },
            boost::asio::use_awaitable
        );
    }
}

}  // namespace frontrow::io
