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

/// One life of a connection to Redis: it opens, serves and ends, and is never used again. Commands
/// may be given from the start; they wait until Redis has let us in. Every command is answered
/// exactly once: by Redis, by its deadline, or by the end. One thread.
class RedisLink final : public std::enable_shared_from_this<RedisLink> {
public:
    /// `tasks` outlives it and is where its writing runs.
    RedisLink(Executor executor, TaskGroup& tasks, RedisAddress address, Millis command_time);

    /// Connects, says who we are and hears Redis answer, all `within` that time. False: it has
    /// ended. A resolver that hangs holds this up for longer, as the system's look-up of a name
    /// can't be stopped; a numeric address has no such wait.
    Awaitable<bool> open(Millis within);
    /// Reads until the end. After open() said true.
    Awaitable<void> serve();
    void send(
        std::span<const std::string_view> words,
        std::shared_ptr<RedisBatch> to,
        std::size_t index
    );
    /// Answers all that waits, and closes. Only the first reason counts.
    void end(std::string why);

    std::size_t outstanding() const { return sent_.size() + unsent_.size(); }
    bool has_ended() const { return has_ended_; }
    /// Why it has ended.
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
    /// In the order in which Redis answers.
    std::deque<Waiting> sent_;
    std::deque<Unsent> unsent_;
    bool is_open_ = false;
    bool is_writing_ = false;
    bool is_watching_ = false;
    bool has_ended_ = false;
    std::string why_;
};

}  // namespace frontrow::io
