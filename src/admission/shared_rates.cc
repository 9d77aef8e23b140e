#include "admission/shared_rates.h"

#include <boost/asio/as_tuple.hpp>
#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::admission {
namespace {

constexpr std::chrono::milliseconds kPace{50};
/// Callers told of in one round. More wait for the next one.
constexpr std::size_t kToldAtOnce = 2'000;

// Arguments: what was used, and the longest time that is believed, both in microseconds. A time
// further ahead was written before the clock stepped back.
//
// Adds what was used to the time at which the limit is restored, and returns how long that is from
// now, in microseconds. `%.0f`, because Lua writes a large number with an exponent.
constexpr std::string_view kScript = R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local restored = tonumber(redis.call('GET', KEYS[1])) or 0
if restored < now then restored = now end
local latest = now + ARGV[2]
if restored > latest then restored = latest end
restored = restored + ARGV[1]
local left = restored - now
redis.call('SET', KEYS[1], string.format('%.0f', restored), 'PX', math.ceil(left / 1000))
return left
)lua";

std::string key_of(const RateLimiter::Untold& one) {
    return fmt::format("fr:rate:{:016x}:{}", one.who, one.window.count());
}

}  // namespace

SharedRates::SharedRates(io::RedisSettings redis, Ports ports)
    : ports_{std::move(ports)},
      client_{ports_.executor, ports_.random, std::move(redis)},
      script_{std::string{kScript}},
      timer_{ports_.executor},
      tasks_{ports_.executor, [](const std::exception_ptr& error) {
                 std::rethrow_exception(error);
             }} {
    ports_.limiter.collect();
}

void SharedRates::start() {
    tasks_.spawn(run());
}

io::Awaitable<void> SharedRates::close() {
    is_closing_ = true;
    timer_.cancel();
    co_await client_.close();
    co_await tasks_.wait();
}

io::Awaitable<void> SharedRates::run() {
    while (!is_closing_) {
        timer_.expires_after(kPace);
        co_await timer_.async_wait(boost::asio::as_tuple(io::use_awaitable));
        auto untold = ports_.limiter.take_untold(kToldAtOnce);
        if (!is_closing_ && !untold.empty()) co_await tell(std::move(untold));
    }
}

io::Awaitable<void> SharedRates::tell(std::vector<RateLimiter::Untold> untold) {
    struct Words {
        std::string key;
        std::string used;
        std::array<std::string_view, 1> keys;
        std::string longest;
        std::array<std::string_view, 2> args;
    };
    std::vector<Words> words(untold.size());
    std::vector<io::RedisRun> runs;
    runs.reserve(untold.size());
    for (std::size_t i = 0; i < untold.size(); ++i) {
        auto& one = words[i];
        one.key = key_of(untold[i]);
        one.used = std::to_string(untold[i].used.count());
        one.keys = {one.key};
        one.longest = std::to_string((RateLimiter::kWindowsMax * untold[i].window).count());
        one.args = {one.used, one.longest};
        runs.push_back({one.keys, one.args});
    }
    const auto answers = co_await client_.eval_all(script_, runs);
    const auto now = std::chrono::floor<RateLimiter::Time>(ports_.clock.read().since_boot);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        // What Redis wasn't told counts on this node alone.
        const bool is_told = answers[i] && answers[i]->kind == io::RedisReply::Kind::integer;
        ++(is_told ? told_ : failed_);
        if (!is_told) continue;
        ports_.limiter.learn(untold[i], std::chrono::microseconds{answers[i]->integer}, now);
    }
}

void SharedRates::measure(telemetry::Figures& figures) const {
    constexpr auto kName = "rate_limit_shares_total";
    constexpr auto kHelp = "Times that the nodes were told what a caller has used of a limit.";
    figures.count(kName, kHelp, static_cast<double>(told_), {{"status", "success"}});
    figures.count(kName, kHelp, static_cast<double>(failed_), {{"status", "error"}});
}

}  // namespace frontrow::admission
