#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/backoff.h"
#include "io/random.h"
#include "io/redis/redis_reply.h"
#include "io/redis/redis_script.h"
#include "io/redis/redis_url.h"
#include "io/task_group.h"
#include "io/timer.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::io {

class RedisBatch;
class RedisLink;

struct RedisSettings {
    RedisAddress address;
    /// From the moment a command is given until its answer.
    Millis command_time{100};
    /// From looking up the host until Redis has let us in.
    Millis connect_time{1'000};
    /// Commands that are given and not answered.
    std::size_t outstanding_max = 4'096;
    /// The wait before connecting again, which grows from the one to the other.
    Millis reconnect_first{50};
    Millis reconnect_longest{5'000};
};

/// A connection to one Redis, shared by all who have something to ask: commands go out as they
/// come, many at a time, and are answered in their order. It connects by itself, from the
/// beginning and again whenever the connection is lost. Commands given while it connects wait for
/// that, within their time; those given while it waits to try again are refused at once.
///
/// Every command is answered within `command_time`. One that isn't, though it was sent, ends the
/// connection, since all behind it wait too; those are answered `outcome_unknown`. Nothing is ever
/// sent twice, but for a script that Redis doesn't know.
///
/// A command isn't cancelled with the coroutine that awaits it: its time is short. One thread, the
/// executor's. close() before the end.
class RedisClient {
public:
    using Command = std::span<const std::string_view>;
    /// Told when a connection is there, and why one is lost or couldn't be made; for the log.
    using OnConnection = std::function<void(const Result<void, std::string>&)>;

    /// `random` (for the jitter between attempts) outlives it.
    RedisClient(
        Executor executor,
        Random& random,
        RedisSettings settings,
        OnConnection on_connection = {}
    );
    ~RedisClient();
    RedisClient(const RedisClient&) = delete;
    RedisClient& operator=(const RedisClient&) = delete;

    /// The words of one command, the first its name. They stay until the answer.
    Awaitable<RedisAnswer> command(Command words);
    /// Several commands in one go, answered in their order when all are. Between them others' may
    /// be done; each succeeds or fails by itself.
    Awaitable<std::vector<RedisAnswer>> pipeline(std::span<const Command> commands);

    /// Runs a script. Where Redis doesn't know it (any more), it is loaded and the run sent again,
    /// with the command's time once more.
    Awaitable<RedisAnswer> eval_sha(const RedisScript& script, Command keys, Command args);
    /// Several runs of a script in one go.
    Awaitable<std::vector<RedisAnswer>>
    eval_all(const RedisScript& script, std::span<const RedisRun> runs);

    /// Ends the connection and answers all that waits. Returns when nothing runs any more and
    /// nobody is inside; from now on every command is refused as `unavailable`.
    Awaitable<void> close();

    /// Whether Redis has let us in and the connection hasn't ended.
    bool is_connected() const;
    std::size_t outstanding() const;

private:
    class Inside;

    Awaitable<void> run();
    void submit(Command words, const std::shared_ptr<RedisBatch>& batch, std::size_t index);

    Executor executor_;
    RedisSettings settings_;
    OnConnection on_connection_;
    Random& random_;
    Backoff backoff_;
    Timer wait_;
    TaskGroup tasks_;
    /// Nothing while waiting to try again.
    std::shared_ptr<RedisLink> link_;
    std::string why_not_connected_ = "not connected";
    std::size_t inside_ = 0;
    bool is_connected_ = false;
    bool is_closing_ = false;
};

}  // namespace frontrow::io
