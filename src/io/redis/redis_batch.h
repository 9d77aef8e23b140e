#pragma once

#include "io/awaitable.h"
#include "io/redis/redis_reply.h"

#include <boost/asio/post.hpp>

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace frontrow::io {

/// The answers to commands that were sent together; one coroutine waits for all of them. The
/// coroutine and the connection share ownership of the batch, so either may end first. One thread.
class RedisBatch {
public:
    RedisBatch(Executor executor, std::size_t size)
        : executor_{std::move(executor)}, answers_(size), missing_{size} {}

    /// Call it once per index. The waiting coroutine resumes later, not within this call.
    void answer(std::size_t index, RedisAnswer answer) {
        answers_[index] = std::move(answer);
        if (--missing_ == 0 && resume_) boost::asio::post(executor_, std::move(resume_));
    }

    /// Waits for all answers. Call it once, from one coroutine. Returns at the last command's
    /// deadline at the latest.
    Awaitable<std::vector<RedisAnswer>> all() {
        if (missing_ > 0) {
            co_await boost::asio::async_initiate<decltype(use_awaitable)&, void()>(
                [this](auto handler) { resume_ = std::move(handler); }, use_awaitable
            );
        }
        co_return std::move(answers_);
    }

private:
    Executor executor_;
    std::vector<RedisAnswer> answers_;
    std::size_t missing_;
    std::move_only_function<void()> resume_;
};

}  // namespace frontrow::io
