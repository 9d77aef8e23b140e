#pragma once

#include "base/result.h"
#include "http/limits.h"
#include "http/server.h"
#include "identity/authenticator.h"
#include "io/awaitable.h"
#include "io/clock.h"
#include "io/disk_space.h"
#include "io/fault.h"
#include "io/random.h"
#include "store/embedded/embedded_store.h"
#include "telemetry/log.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace frontrow::app {

/// Frontrow on one machine, whole: the store, the house around it and the server in front. Made,
/// used and destroyed on the executor's thread, after stop() has returned.
class Application {
public:
    struct Settings {
        http::Address listen;
        store::embedded::EmbeddedStore::Settings store;
        identity::AuthSettings auth;
        http::Limits limits;
    };

    /// The outside, so that a test can bring its own. All outlive the application.
    struct World {
        const io::Clock& clock;
        io::Random& random;
        const io::DiskSpace& disk;
        const telemetry::Log& log;
        /// The journal failed: nothing more will be sold, and the process should end.
        std::function<void()> on_failure;
    };

    /// Opens the store and listens; connections are taken from start() on.
    static Result<std::unique_ptr<Application>, io::Fault>
    open(const io::Executor& executor, Settings settings, World world);
    ~Application();

    void start();
    std::uint16_t port() const;
    /// Takes nothing new, answers what runs, for up to `time`.
    io::Awaitable<void> stop(std::chrono::milliseconds time);

private:
    struct Parts;
    explicit Application(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace frontrow::app
