#include "io/redis/redis_link.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::io {
namespace {

using boost::asio::redirect_error;
using boost::asio::ip::tcp;

std::string in_ms(Millis time) {
    return std::to_string(time.count()) + " ms";
}

/// Returns the error, but only its first word if the command is AUTH. Redis may quote a command's
/// arguments in an error, and an argument of AUTH is the password.
std::string reason_of(const std::vector<std::string_view>& command, const std::string& error) {
    return command.front() == "AUTH" ? error.substr(0, error.find(' ')) : error;
}

}  // namespace

RedisLink::RedisLink(Executor executor, TaskGroup& tasks, RedisAddress address, Millis command_time)
    : tasks_{tasks},
      address_{std::move(address)},
      command_time_{command_time},
      resolver_{executor},
      socket_{executor},
      open_timer_{executor},
      command_timer_{executor} {
}

Awaitable<bool> RedisLink::open(Millis within) {
    open_timer_.expires_after(within);
    open_timer_.async_wait([self = shared_from_this(), within](const auto& cancelled) {
        if (!cancelled && !self->is_open_) self->end("no connection within " + in_ms(within));
    });
    co_await connect();
    if (!has_ended_) co_await shake_hands();
    if (has_ended_) co_return false;
    open_timer_.cancel();
    is_open_ = true;
    begin_to_write();
    co_return true;
}

Awaitable<void> RedisLink::connect() {
    boost::system::error_code error;
    std::vector<tcp::endpoint> endpoints;
    const auto number = boost::asio::ip::make_address(address_.host, error);
    if (!error) {
        endpoints.emplace_back(number, address_.port);
    } else {
        const auto found = co_await resolver_.async_resolve(
            address_.host, std::to_string(address_.port), redirect_error(use_awaitable, error)
        );
        if (error) end("no address: " + error.message());
        for (const auto& one : found)
            endpoints.push_back(one.endpoint());
    }
    if (has_ended_) co_return;
    co_await boost::asio::async_connect(socket_, endpoints, redirect_error(use_awaitable, error));
    if (error) end("no connection: " + error.message());
    if (has_ended_) co_return;
    socket_.set_option(tcp::no_delay{true}, error);
}

/// The kernel accepts connections even for a Redis that hangs. Only an answer shows that Redis
/// works.
Awaitable<void> RedisLink::shake_hands() {
    std::vector<std::vector<std::string_view>> commands;
    const std::string database = std::to_string(address_.database);
    if (!address_.user.empty())
        commands.push_back({"AUTH", address_.user, address_.password});
    else if (!address_.password.empty())
        commands.push_back({"AUTH", address_.password});
    if (address_.database != 0) commands.push_back({"SELECT", database});
    commands.push_back({"PING"});
    writing_.clear();
    for (const auto& command : commands)
        writing_ += written_command(command);

    boost::system::error_code error;
    co_await boost::asio::async_write(
        socket_, boost::asio::buffer(writing_), redirect_error(use_awaitable, error)
    );
    if (error) end("can't write: " + error.message());
    for (auto missing = commands.size(); missing > 0 && !has_ended_;) {
        auto reply = reader_.next();
        if (!reply)
            end("not Redis: " + reply.error());
        else if (!*reply)
            co_await read_some();
        else if ((*reply)->kind == RedisReply::Kind::error)
            end("login refused: " + reason_of(commands[commands.size() - missing], (*reply)->text));
        else
            --missing;
    }
}

Awaitable<void> RedisLink::serve() {
    while (!has_ended_) {
        answer_what_was_read();
        if (!has_ended_) co_await read_some();
    }
}

Awaitable<void> RedisLink::read_some() {
    boost::system::error_code error;
    const auto size = co_await socket_.async_read_some(
        boost::asio::buffer(read_), redirect_error(use_awaitable, error)
    );
    if (error) end("connection lost: " + error.message());
    reader_.feed({read_.data(), size});
}

void RedisLink::answer_what_was_read() {
    while (!has_ended_) {
        auto reply = reader_.next();
        if (!reply) {
            end("not Redis: " + reply.error());
            return;
        }
        if (!*reply) return;
        if (sent_.empty()) {
            end("unexpected reply");
            return;
        }
        const auto waiting = std::move(sent_.front());
        sent_.pop_front();
        if ((*reply)->kind == RedisReply::Kind::error)
            waiting.answer(RedisErrorKind::refused, (*reply)->text);
        else
            waiting.batch->answer(waiting.index, std::move(**reply));
    }
}

void RedisLink::send(
    std::span<const std::string_view> words,
    std::shared_ptr<RedisBatch> to,
    std::size_t index
) {
    const auto deadline = std::chrono::steady_clock::now() + command_time_;
    const Waiting waiting{std::move(to), index, deadline};
    if (has_ended_) {
        waiting.answer(RedisErrorKind::unavailable, why_);
        return;
    }
    unsent_.emplace_back(waiting, written_command(words));
    watch_deadlines();
    if (is_open_) begin_to_write();
}

/// The write starts after the current handler, so it includes all commands given in that handler.
void RedisLink::begin_to_write() {
    if (is_writing_ || unsent_.empty()) return;
    is_writing_ = true;
    tasks_.spawn(write(shared_from_this()));
}

Awaitable<void> RedisLink::write(std::shared_ptr<RedisLink> self) {
    while (!self->has_ended_ && !self->unsent_.empty()) {
        self->writing_.clear();
        for (auto& one : self->unsent_) {
            self->writing_ += one.text;
            self->sent_.push_back(std::move(one.waiting));
        }
        self->unsent_.clear();
        boost::system::error_code error;
        co_await boost::asio::async_write(
            self->socket_, boost::asio::buffer(self->writing_), redirect_error(use_awaitable, error)
        );
        if (error) self->end("can't write: " + error.message());
    }
    self->is_writing_ = false;
}

/// One timer suffices: deadlines expire in the order in which commands were given.
void RedisLink::watch_deadlines() {
    if (is_watching_ || has_ended_ || outstanding() == 0) return;
    is_watching_ = true;
    command_timer_.expires_at(
        sent_.empty() ? unsent_.front().waiting.deadline : sent_.front().deadline
    );
    command_timer_.async_wait([self = shared_from_this()](const auto&) {
        self->is_watching_ = false;
        if (self->has_ended_) return;
        self->expire(std::chrono::steady_clock::now());
        self->watch_deadlines();
    });
}

void RedisLink::expire(Time now) {
    const std::string what = "no answer within " + in_ms(command_time_);
    while (!unsent_.empty() && unsent_.front().waiting.deadline <= now) {
        unsent_.front().waiting.answer(RedisErrorKind::timed_out, what);
        unsent_.pop_front();
    }
    if (sent_.empty() || sent_.front().deadline > now) return;
    while (!sent_.empty() && sent_.front().deadline <= now) {
        sent_.front().answer(RedisErrorKind::timed_out, what);
        sent_.pop_front();
    }
    end(what);
}

void RedisLink::end(std::string why) {
    if (has_ended_) return;
    has_ended_ = true;
    why_ = std::move(why);
    boost::system::error_code ignored;
    resolver_.cancel();
    socket_.close(ignored);
    open_timer_.cancel();
    command_timer_.cancel();
    for (const auto& one : sent_)
        one.answer(RedisErrorKind::outcome_unknown, why_);
    for (const auto& one : unsent_)
        one.waiting.answer(RedisErrorKind::unavailable, why_);
    sent_.clear();
    unsent_.clear();
}

void RedisLink::Waiting::answer(RedisErrorKind kind, const std::string& what) const {
    batch->answer(index, std::unexpected(RedisError{kind, what}));
}

}  // namespace frontrow::io
