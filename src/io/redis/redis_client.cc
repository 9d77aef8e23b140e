#include "io/redis/redis_client.h"

#include "base/check.h"
#include "io/redis/redis_batch.h"
#include "io/redis/redis_link.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <array>
#include <utility>

namespace frontrow::io {
namespace {

bool is_unknown_script(const RedisAnswer& answer) {
    return !answer && answer.error().kind == RedisErrorKind::refused &&
           answer.error().what.starts_with("NOSCRIPT");
}

/// The commands for several runs of a script. They refer to the callers' keys and arguments.
class Runs {
public:
    explicit Runs(const RedisScript& script) : script_{script} {}

    void add(const RedisRun& run) {
        counts_.push_back(std::to_string(run.keys.size()));
        auto& words = words_.emplace_back();
        words.reserve(3 + run.keys.size() + run.args.size());
        words.assign({"EVALSHA", script_.sha1(), {}});
        words.insert(words.end(), run.keys.begin(), run.keys.end());
        words.insert(words.end(), run.args.begin(), run.args.end());
    }
    void add_load() {
        counts_.emplace_back();
        words_.push_back({"SCRIPT", "LOAD", script_.source()});
    }
    /// Valid until the next add().
    std::vector<RedisClient::Command> commands() {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            if (!counts_[i].empty()) words_[i][2] = counts_[i];
        }
        return {words_.begin(), words_.end()};
    }

private:
    const RedisScript& script_;
    std::vector<std::string> counts_;
    std::vector<std::vector<std::string_view>> words_;
};

}  // namespace

/// Counts the callers that wait for answers, so that close() can wait for them.
class RedisClient::Inside {
public:
    explicit Inside(std::size_t& count) : count_{count} { ++count_; }
    ~Inside() { --count_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

private:
    std::size_t& count_;
};

RedisClient::RedisClient(
    Executor executor,
    Random& random,
    RedisSettings settings,
    OnConnection on_connection
)
    : executor_{executor},
      settings_{std::move(settings)},
      on_connection_{std::move(on_connection)},
      random_{random},
      backoff_{settings_.reconnect_first, settings_.reconnect_longest},
      wait_{executor},
      idle_{executor},
      // A task throws only if memory runs out. The exception then leaves the event loop.
      tasks_{executor, [](const std::exception_ptr& error) { std::rethrow_exception(error); }} {
    tasks_.spawn(run());
    tasks_.spawn(ask_when_idle());
}

RedisClient::~RedisClient() {
    CHECK(is_closing_ && inside_ == 0);
}

Awaitable<void> RedisClient::run() {
    while (!is_closing_) {
        link_ = std::make_shared<RedisLink>(
            executor_, tasks_, settings_.address, settings_.command_time
        );
        const auto link = link_;
        is_connected_ = co_await link->open(settings_.connect_time);
        if (is_connected_) {
            backoff_.after_success();
            if (on_connection_) on_connection_({});
            co_await link->serve();
        }
        is_connected_ = false;
        link_.reset();
        if (is_closing_) break;
        why_not_connected_ = link->why();
        if (on_connection_) on_connection_(std::unexpected(why_not_connected_));
        boost::system::error_code ignored;
        wait_.expires_after(backoff_.after_failure(random_.next()));
        co_await wait_.async_wait(boost::asio::redirect_error(use_awaitable, ignored));
    }
}

/// Sends a PING when there is no other command. If Redis doesn't answer it in time, the connection
/// ends, as with any other command.
Awaitable<void> RedisClient::ask_when_idle() {
    constexpr std::array<std::string_view, 1> kPing{"PING"};
    while (!is_closing_) {
        boost::system::error_code ignored;
        idle_.expires_after(settings_.idle_time);
        co_await idle_.async_wait(boost::asio::redirect_error(use_awaitable, ignored));
        if (is_connected() && outstanding() == 0) (void)co_await command(kPing);
    }
}

void RedisClient::submit(
    Command words,
    const std::shared_ptr<RedisBatch>& batch,
    std::size_t index
) {
    if (is_closing_ || !link_) {
        const RedisError error{RedisErrorKind::unavailable, why_not_connected_};
        batch->answer(index, std::unexpected(error));
    } else if (link_->outstanding() >= settings_.outstanding_max) {
        const RedisError error{RedisErrorKind::overloaded, "too many commands outstanding"};
        batch->answer(index, std::unexpected(error));
    } else {
        link_->send(words, batch, index);
    }
}

Awaitable<std::vector<RedisAnswer>> RedisClient::pipeline(std::span<const Command> commands) {
    const Inside inside{inside_};
    const auto batch = std::make_shared<RedisBatch>(executor_, commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i)
        submit(commands[i], batch, i);
    auto answers = co_await batch->all();
    co_return answers;
}

Awaitable<RedisAnswer> RedisClient::command(Command words) {
    const std::array<Command, 1> commands{words};
    auto answers = co_await pipeline(commands);
    co_return std::move(answers.front());
}

Awaitable<std::vector<RedisAnswer>>
RedisClient::eval_all(const RedisScript& script, std::span<const RedisRun> runs) {
    const Inside inside{inside_};
    Runs first{script};
    for (const auto& run : runs)
        first.add(run);
    const auto commands = first.commands();
    auto answers = co_await pipeline(commands);

    Runs again{script};
    std::vector<std::size_t> unknown;
    again.add_load();
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!is_unknown_script(answers[i])) continue;
        again.add(runs[i]);
        unknown.push_back(i);
    }
    if (unknown.empty()) co_return answers;
    const auto commands_again = again.commands();
    auto answers_again = co_await pipeline(commands_again);
    for (std::size_t i = 0; i < unknown.size(); ++i)
        answers[unknown[i]] = std::move(answers_again[i + 1]);
    co_return answers;
}

Awaitable<RedisAnswer>
RedisClient::eval_sha(const RedisScript& script, Command keys, Command args) {
    const std::array<RedisRun, 1> runs{RedisRun{keys, args}};
    auto answers = co_await eval_all(script, runs);
    co_return std::move(answers.front());
}

Awaitable<void> RedisClient::close() {
    is_closing_ = true;
    why_not_connected_ = "closed";
    if (link_) link_->end("closed");
    wait_.cancel();
    idle_.cancel();
    co_await tasks_.wait();
    // Each of these callers has its answer and returns in one of the loop's next turns.
    while (inside_ > 0)
        co_await boost::asio::post(executor_, use_awaitable);
}

bool RedisClient::is_connected() const {
    return is_connected_ && link_ && !link_->has_ended();
}

std::size_t RedisClient::outstanding() const {
    return link_ ? link_->outstanding() : 0;
}

}  // namespace frontrow::io
