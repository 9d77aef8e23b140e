#pragma once

#include "admission/client_address.h"
#include "admission/rate_limits.h"
#include "app/open_payments.h"
#include "app/open_store.h"
#include "base/result.h"
#include "domain/event.h"
#include "http/base_path.h"
#include "http/hold_verdicts.h"
#include "http/limits.h"
#include "http/server.h"
#include "identity/authenticator.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "telemetry/access_log.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::app {

/// A complete node of Frontrow: the store, the services around it and the HTTP server. Create, use
/// and destroy it on the executor's thread. Destroy it only after stop() has returned.
class Application {
public:
    struct Settings {
        http::Address listen;
        /// An address that alone serves metrics, and probes; they are served with the rest without
        /// it.
        std::optional<http::Address> metrics_listen = {};
        StoreChoice store;
        identity::AuthSettings auth;
        http::Limits limits;
        /// How long a reservation is held if its event doesn't set it.
        std::chrono::seconds hold = domain::EventSpec{}.hold;
        /// The origins whose pages may call the API.
        std::vector<std::string> cors_origins;
        http::BasePath base_path = {};
        telemetry::AccessLogMode access_log = telemetry::AccessLogMode::errors;
        PaymentChoice payments = {};
        /// The service that is asked before a buyer gets a hold.
        std::optional<http::HoldVerdicts::Settings> verdicts = {};
        /// Also serve the clients of other systems.
        bool dialects = false;
        /// The file with the keys for tickets. Empty: the data folder's own.
        std::filesystem::path keys_file = {};
        /// Nothing: callers have no limits.
        std::optional<admission::RateLimits> rate_limits = {};
        admission::TrustedProxies proxies = {};
    };

    using World = StoreWorld;

    /// Opens the store and binds the port. Connections are accepted after start().
    static Result<std::unique_ptr<Application>, io::Fault>
    open(const io::Executor& executor, Settings settings, World world);
    ~Application();

    void start();
    std::uint16_t port() const;
    /// Of the address of the metrics' own; 0 if they have none.
    std::uint16_t metrics_port() const;
    /// Accepts no new requests, and answers running ones for up to `time`. Then closes the store.
    io::Awaitable<void> stop(std::chrono::milliseconds time);

private:
    struct Parts;
    explicit Application(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace frontrow::app
