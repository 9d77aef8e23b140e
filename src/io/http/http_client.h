#pragma once

#include "io/awaitable.h"
#include "io/http/http_message.h"
#include "io/http/http_settings.h"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::io {

class CurlMulti;
class HttpTransfer;

/// Sends HTTP requests to other services. Keeps connections for later requests, and bounds what a
/// service can cost: time, bytes, connections.
///
/// A request is sent at most once, with one exception: if a kept connection turns out to be broken
/// before any byte of the answer, an idempotent request (GET, HEAD, PUT, DELETE, OPTIONS) is sent
/// again over a new one. The client follows no redirect, keeps no cookie and reads no environment
/// variable, unless the settings ask for the environment's proxy.
///
/// One thread, the executor's. The first TLS connection of each day reads the trusted authorities,
/// which holds up the thread for some 20 ms. Destroy the client only when no call waits; close()
/// ends those that do.
class HttpClient {
public:
    HttpClient(Executor executor, HttpSettings settings);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Returns the answer, whatever its status, or why there is none, within `request.time`. If the
    /// call is cancelled or its coroutine destroyed, the request is cut off together with its
    /// connection; it may have been received all the same.
    Awaitable<HttpResult> send(HttpRequest request);

    /// Cuts off all requests. Returns when all callers have their errors: `lost` or `unavailable`.
    /// From then on every request is refused as `unavailable`.
    Awaitable<void> close();

private:
    class Call;
    class Place;
    struct Server {
        std::vector<HttpTransfer*> running;
        std::deque<HttpTransfer*> waiting;
    };

    bool enter(HttpTransfer& transfer);
    void leave(HttpTransfer& transfer);

    Executor executor_;
    HttpSettings settings_;
    std::unique_ptr<CurlMulti> multi_;
    /// Those with a request under way; the waiting ones start in their order.
    std::map<std::string, Server> servers_;
    std::size_t calls_ = 0;
    bool is_closing_ = false;
};

}  // namespace frontrow::io
