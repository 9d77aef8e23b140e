#include "identity/jwks/key_set_keeper.h"

#include "identity/jwks/key_set_file.h"

#include <boost/asio/as_tuple.hpp>

#include <exception>
#include <utility>

namespace frontrow::identity::jwks {
namespace {

using io::Fault;
using io::FaultKind;

io::HttpSettings http_settings(const KeySetSource& source) {
    return {
        // The settings accept a plain http URL for a loopback address alone.
        .allows_plain_http = source.location.starts_with("http://"),
        .user_agent = "Frontrow",
        .body_bytes_max = kKeySetBytesMax,
        .running_per_server_max = 1,
        .idle_connections_max = 1,
    };
}

std::string status_sentence(int status) {
    const auto number = std::to_string(status);
    if (status >= 300 && status < 400)
        return "the server redirects (" + number + "), which isn't followed: set the final URL";
    return "the server answers " + number;
}

}  // namespace

KeySetKeeper::KeySetKeeper(Ports ports)
    : ports_{std::move(ports)},
      source_{ports_.authenticator.key_set_source()},
      pause_{ports_.executor},
      tasks_{ports_.executor, [&log = ports_.log](const std::exception_ptr&) {
                 log.error("the task that reads the keys for tokens ended in an exception");
             }} {
}

void KeySetKeeper::start() {
    if (source_.location.empty()) return;
    ports_.authenticator.on_unknown_key([this] { read_soon(); });
    if (source_.is_url())
        client_.emplace(ports_.executor, http_settings(source_));
    else
        take(read_key_set_file(source_.location));
    tasks_.spawn(keep());
}

io::Awaitable<void> KeySetKeeper::close() {
    is_closing_ = true;
    pause_.cancel();
    if (client_) co_await client_->close();
    co_await tasks_.wait();
}

void KeySetKeeper::read_soon() {
    is_wanted_ = true;
    if (is_resting_) pause_.cancel();
}

io::Awaitable<void> KeySetKeeper::keep() {
    while (!is_closing_) {
        is_wanted_ = false;
        const auto text = co_await fetch();
        if (is_closing_) co_return;
        take(text);
        co_await wait(source_.pause_min);
        const bool is_due = is_wanted_ || is_failing_ || !source_.is_url();
        if (is_closing_ || is_due) continue;
        is_resting_ = true;
        co_await wait(source_.pause_max - source_.pause_min);
        is_resting_ = false;
    }
}

io::Awaitable<void> KeySetKeeper::wait(Millis time) {
    if (is_closing_) co_return;
    pause_.expires_after(time);
    co_await pause_.async_wait(boost::asio::as_tuple(io::use_awaitable));
}

io::Awaitable<Result<std::string, Fault>> KeySetKeeper::fetch() {
    if (!source_.is_url()) co_return read_key_set_file(source_.location);
    io::HttpRequest request{
        .url = source_.location,
        .headers = {{"Accept", "application/jwk-set+json, application/json"}},
    };
    auto answer = co_await client_->send(std::move(request));
    if (!answer)
        co_return std::unexpected(Fault{FaultKind::unavailable, std::move(answer.error().what)});
    if (answer->status != 200)
        co_return std::unexpected(Fault{FaultKind::unavailable, status_sentence(answer->status)});
    co_return std::move(answer->body);
}

void KeySetKeeper::take(const Result<std::string, Fault>& text) {
    if (!text) return complain(text.error().what);
    if (*text != text_) return take_keys(*text);
    if (std::exchange(is_failing_, false))
        ports_.log.info("the keys for tokens can be read again; they are the same");
    ports_.authenticator.key_set_health().read_at = ports_.now();
}

void KeySetKeeper::take_keys(const std::string& text) {
    auto read = parse_key_set(text);
    if (!read) return complain("they aren't a JWK set that can be used: " + read.error().why);
    for (const auto& why : read->skipped)
        ports_.log.warn("a key for tokens is skipped", {{"reason", why}});
    ports_.log.info(
        "the keys for tokens were read", {{"keys", std::to_string(read->keys.size()), true}}
    );
    text_ = text;
    is_failing_ = false;
    ports_.authenticator.accept_keys(std::move(read->keys));
    ports_.authenticator.key_set_health().read_at = ports_.now();
}

/// Says so once, not at each attempt.
void KeySetKeeper::complain(const std::string& why) {
    ++ports_.authenticator.key_set_health().failures;
    if (std::exchange(is_failing_, true)) return;
    ports_.log.warn(
        text_.empty() ? "the keys for tokens can't be read, so tokens can't be checked yet"
                      : "the keys for tokens can't be read, and the last good ones stay in use",
        {{"error", why}}
    );
}

}  // namespace frontrow::identity::jwks
