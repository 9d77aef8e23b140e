#include "io/http/http_client.h"

#include "base/check.h"
#include "io/http/curl_multi.h"
#include "io/http/http_transfer.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace frontrow::io {

/// Counts the callers inside send(), so that their number is bounded and close() can wait for them.
class HttpClient::Call {
public:
    explicit Call(std::size_t& count) : count_{count} { ++count_; }
    ~Call() { --count_; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

private:
    std::size_t& count_;
};

/// A request's place among those to its server, until the caller has returned or is destroyed.
class HttpClient::Place {
public:
    Place(HttpClient& client, HttpTransfer& transfer)
        : client_{client}, transfer_{transfer}, is_free_{client.enter(transfer)} {}
    ~Place() {
        if (is_free_) client_.leave(transfer_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// False if too many requests wait.
    bool is_free() const { return is_free_; }

private:
    HttpClient& client_;
    HttpTransfer& transfer_;
    bool is_free_;
};

HttpClient::HttpClient(Executor executor, HttpSettings settings)
    : executor_{executor},
      settings_{std::move(settings)},
      multi_{std::make_unique<CurlMulti>(executor, settings_.idle_connections_max)} {
}

HttpClient::~HttpClient() {
    CHECK(calls_ == 0);
}

Awaitable<HttpResult> HttpClient::send(HttpRequest request) {
    const Call call{calls_};
    if (is_closing_) {
        co_return std::unexpected(HttpError{HttpErrorKind::unavailable, "the client is closed"});
    }
    const HttpError overloaded{HttpErrorKind::overloaded, "too many requests wait already"};
    if (calls_ > settings_.calls_max) co_return std::unexpected(overloaded);
    const auto transfer = HttpTransfer::prepare(executor_, settings_, std::move(request));
    if (!transfer) co_return std::unexpected(transfer.error());
    const Place place{*this, **transfer};
    if (!place.is_free()) co_return std::unexpected(overloaded);
    auto result = co_await (*transfer)->result();
    co_return result;
}

bool HttpClient::enter(HttpTransfer& transfer) {
    auto& server = servers_[transfer.server()];
    if (server.running.size() < settings_.running_per_server_max) {
        server.running.push_back(&transfer);
        multi_->add(transfer.handle());
        return true;
    }
    if (server.waiting.size() >= settings_.waiting_per_server_max) return false;
    server.waiting.push_back(&transfer);
    return true;
}

void HttpClient::leave(HttpTransfer& transfer) {
    const auto found = servers_.find(transfer.server());
    auto& [running, waiting] = found->second;
    if (std::erase(waiting, &transfer) > 0) return;
    multi_->remove(transfer.handle());
    std::erase(running, &transfer);
    if (!waiting.empty()) {
        running.push_back(waiting.front());
        waiting.pop_front();
        multi_->add(running.back()->handle());
    }
    if (running.empty()) servers_.erase(found);
}

Awaitable<void> HttpClient::close() {
    is_closing_ = true;
    for (const auto& [name, server] : servers_) {
        for (auto* transfer : server.running)
            transfer->close();
        for (auto* transfer : server.waiting)
            transfer->close();
    }
    // Each of these callers has its error and returns in one of the loop's next turns.
    while (calls_ > 0)
        co_await boost::asio::post(executor_, use_awaitable);
}

}  // namespace frontrow::io
