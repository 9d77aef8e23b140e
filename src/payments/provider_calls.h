#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/circuit_breaker.h"
#include "io/fault.h"
#include "io/http/http_client.h"
#include "io/random.h"

#include <functional>
#include <string>

namespace frontrow::payments {

/// What a provider's adapter needs from outside.
struct ProviderWorld {
    io::Executor executor;
    /// Must outlive the provider.
    io::Random& random;
    /// The store's time.
    std::function<Instant()> now;
};

/// Requests to a provider's server. Each has a deadline, and a circuit breaker stops them while the
/// server is down: an error about one request alone (500), or too many requests (429), don't count.
/// Retries are the saga's, which knows what is still worth asking. One thread.
class ProviderCalls {
public:
    /// `url`: where the requests go to. Only if it is a plain http URL, plain http is allowed; the
    /// settings accept one for a loopback address alone.
    /// `secret_setting`: which setting has the key that the server may refuse.
    ProviderCalls(ProviderWorld world, const std::string& url, const char* secret_setting);

    /// Returns an answer with a status that says what has become of the request: 2xx, 400, 402 or
    /// 404. Any other is a fault; its text contains no secret and nothing from the answer's body.
    io::Awaitable<Result<io::HttpAnswer, io::Fault>> send(io::HttpRequest request);
    io::Awaitable<void> close();

    Instant now() const { return world_.now(); }
    Bits128 random() { return world_.random.next(); }

private:
    /// Tells the breaker what the answer says about the server.
    void report(const io::HttpResult& answer);

    ProviderWorld world_;
    const char* secret_setting_;
    io::HttpClient client_;
    io::CircuitBreaker breaker_;
};

}  // namespace frontrow::payments
