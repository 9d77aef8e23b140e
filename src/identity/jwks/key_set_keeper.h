#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "identity/authenticator.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/http/http_client.h"
#include "io/task_group.h"
#include "io/timer.h"
#include "telemetry/log.h"

#include <functional>
#include <optional>
#include <string>

namespace frontrow::identity::jwks {

/// Gives the authenticator the keys of its KeySetSource, and new ones as they come. Reads a file
/// every `pause_min`, and a URL every `pause_max`, or sooner if a token names an unknown key or the
/// last reading failed. So callers can't cause more than one reading each `pause_min`. If no usable
/// keys can be read, the last good ones stay in use. Does nothing if the source has no location.
/// One thread, the executor's.
class KeySetKeeper {
public:
    struct Ports {
        io::Executor executor;
        Authenticator& authenticator;
        /// The store's time.
        std::function<Instant()> now;
        const telemetry::Log& log;
    };

    explicit KeySetKeeper(Ports ports);

    /// Reads a file at once, so that tokens can be checked from the first request on. If that
    /// fails, the log says so.
    void start();
    /// Returns when nothing of it runs any more; destroy it only then.
    io::Awaitable<void> close();

private:
    io::Awaitable<void> keep();
    io::Awaitable<Result<std::string, io::Fault>> fetch();
    void take(const Result<std::string, io::Fault>& text);
    void take_keys(const std::string& text);
    void complain(const std::string& why);
    io::Awaitable<void> wait(Millis time);
    void read_soon();

    Ports ports_;
    KeySetSource source_;
    /// Only for a URL.
    std::optional<io::HttpClient> client_;
    /// The text with the keys that are in use.
    std::string text_;
    bool is_failing_ = false;
    /// A token has named an unknown key since the last reading.
    bool is_wanted_ = false;
    /// The pause may be cut short.
    bool is_resting_ = false;
    bool is_closing_ = false;
    io::Timer pause_;
    io::TaskGroup tasks_;
};

}  // namespace frontrow::identity::jwks
