#pragma once

#include "base/instant.h"
#include "io/awaitable.h"
#include "io/redis/redis_batch.h"
#include "io/redis/redis_reader.h"
#include "io/redis/redis_url.h"
#include "io/task_group.h"
#include "io/tcp.h"
#include "io/timer.h"

#include <boost/asio/ip/basic_resolver.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace frontrow::io {

/// One connection to Redis from open to end; it is never reopened. Commands may be given from the
/// start; they wait until Redis has accepted the connection. Every command is answered exactly
/// once: by Redis, by its deadline, or by the end of the connection. One thread.
class RedisLink final : public std::enable_shared_from_this<RedisLink> {
public:
    /// `tasks` runs the writing coroutine and must outlive the link.
    RedisLink(Executor executor, TaskGroup& tasks, RedisAddress address, Millis command_time);

    /// Connects, authenticates and waits for Redis's answer, all within the time `within`. Returns
    /// false if the link has ended. A look-up of a host's name that hangs can take longer, because
    /// the system's resolver can't be cancelled; a numeric address avoids the look-up.
    Awaitable<bool> open(Millis within);
    /// Reads until the link ends. Call it after open() returned true.
    Awaitable<void> serve();
    void send(
        std::span<const std::string_view> words,
        std::shared_ptr<RedisBatch> to,
        std::size_t index
    );
    /// Answers all waiting commands and closes. Only the first reason is kept.
    void end(std::string why);

    std::size_t outstanding() const { return sent_.size() + unsent_.size(); }
    bool has_ended() const { return has_ended_; }
    /// The reason why the link has ended.
    const std::string& why() const { return why_; }

private:
    using Resolver = boost::asio::ip::basic_resolver<boost::asio::ip::tcp, Executor>;
    using Time = std::chrono::steady_clock::time_point;

    struct Waiting {
        std::shared_ptr<RedisBatch> batch;
        std::size_t index = 0;
        Time deadline;

        void answer(RedisErrorKind kind, const std::string& what) const;
    };
    struct Unsent {
        Waiting waiting;
        std::string text;
    };

    Awaitable<void> connect();
    Awaitable<void> shake_hands();
    Awaitable<void> read_some();
    void answer_what_was_read();
    static Awaitable<void> write(std::shared_ptr<RedisLink> self);
    void begin_to_write();
    void watch_deadlines();
    void expire(Time now);

    TaskGroup& tasks_;
    RedisAddress address_;
    Millis command_time_;
    Resolver resolver_;
    TcpSocket socket_;
    Timer open_timer_;
    Timer command_timer_;
    RedisReader reader_;
    std::array<char, 16'384> read_;
    std::string writing_;
    /// Commands that were sent, in the order in which Redis answers them.
    std::deque<Waiting> sent_;
    std::deque<Unsent> unsent_;
    bool is_open_ = false;
    bool is_writing_ = false;
    bool is_watching_ = false;
    bool has_ended_ = false;
    std::string why_;
};

}  // namespace frontrow::io
