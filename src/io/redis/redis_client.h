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
    /// From the call until the answer.
    Millis command_time{100};
    /// From the look-up of the host until Redis has accepted the connection.
    Millis connect_time{1'000};
    /// Bound on the commands that have no answer yet.
    std::size_t outstanding_max = 4'096;
    /// The wait before reconnecting grows from the first to the longest.
    Millis reconnect_first{50};
    Millis reconnect_longest{5'000};
    /// Between two PINGs while there is no other command.
    Millis idle_time{1'000};
};

/// One connection to Redis, shared by all callers. Commands are sent as they come, many at a time,
/// and answered in order. The client connects by itself, at the start and whenever the connection
/// is lost. Commands given while it connects wait for the connection, at most `command_time`.
/// Commands given while it waits to reconnect are refused at once.
///
/// While there is no command, the client sends PINGs, so that it notices a Redis that has stopped
/// or can't be reached.
///
/// Every command is answered within `command_time`. If a sent command gets no reply in that time,
/// the client ends the connection, since all later commands wait too; those are answered
/// `outcome_unknown`. No command is sent twice, except a script that Redis doesn't know.
///
/// Cancelling the awaiting coroutine doesn't cancel the command, which ends soon anyway. One
/// thread, the executor's. Call close() before destroying the client.
class RedisClient {
public:
    using Command = std::span<const std::string_view>;
    /// Called when a connection is made, and when one is lost or can't be made; the error is the
    /// reason. For the log.
    using OnConnection = std::function<void(const Result<void, std::string>&)>;

    /// `random` (for the jitter between attempts) must outlive the client.
    RedisClient(
        Executor executor,
        Random& random,
        RedisSettings settings,
        OnConnection on_connection = {}
    );
    ~RedisClient();
    RedisClient(const RedisClient&) = delete;
    RedisClient& operator=(const RedisClient&) = delete;

    /// Sends one command. `words` starts with the command's name and must stay valid until the
    /// answer.
    Awaitable<RedisAnswer> command(Command words);
    /// Sends several commands together. Returns their answers in order once all are answered.
    /// Commands of other callers may run between them; each command succeeds or fails by itself.
    Awaitable<std::vector<RedisAnswer>> pipeline(std::span<const Command> commands);

    /// Runs a script. If Redis has lost it or never had it, loads it and runs it again; this second
    /// try gets the full command timeout again.
    Awaitable<RedisAnswer> eval_sha(const RedisScript& script, Command keys, Command args);
    /// Runs a script once for each of `runs`, all sent together.
    Awaitable<std::vector<RedisAnswer>>
    eval_all(const RedisScript& script, std::span<const RedisRun> runs);

    /// Ends the connection and answers all waiting commands. Returns when no task runs and all
    /// callers have returned. From then on every command is refused as `unavailable`.
    Awaitable<void> close();

    /// True if Redis has accepted the connection and the connection hasn't ended.
    bool is_connected() const;
    std::size_t outstanding() const;

private:
    class Inside;

    Awaitable<void> run();
    Awaitable<void> ask_when_idle();
    void submit(Command words, const std::shared_ptr<RedisBatch>& batch, std::size_t index);

    Executor executor_;
    RedisSettings settings_;
    OnConnection on_connection_;
    Random& random_;
    Backoff backoff_;
    Timer wait_;
    Timer idle_;
    TaskGroup tasks_;
    /// Null while waiting to reconnect.
    std::shared_ptr<RedisLink> link_;
    std::string why_not_connected_ = "not connected";
    std::size_t inside_ = 0;
    bool is_connected_ = false;
    bool is_closing_ = false;
};

}  // namespace frontrow::io
