#include "admission/shared_rates.h"
#include "base/check.h"
#include "http/answer_memory.h"
#include "http/handlers/assets.h"
#include "http/handlers/handlers.h"
#include "http/hold_verdicts.h"
#include "payments/notices.h"
#include "payments/runner.h"
#include "wire/small_json.h"

#include <string_view>

// For operators and their tools.

namespace frontrow::http::handlers {
namespace {

/// Answers with the OpenAPI document, whose paths are relative to the server's URL. In the
/// document, that URL is the `/` after the text `before_server`. The base path replaces this `/`.
void reply_document(Context& context, std::string_view document, std::string_view before_server) {
    const auto& base_path = context.services.base_path;
    if (base_path.is_empty()) {
        context.response.fixed_body = document;
        return;
    }
    const auto found = document.find(before_server);
    CHECK(found != std::string_view::npos);
    const auto slash = found + before_server.size();
    auto& body = context.response.body;
    body = document.substr(0, slash);
    body += base_path.text();
    body += document.substr(slash + 1);
}

/// How reading the keys for tokens goes, if there are any to read.
void measure_key_set(const Services& services, telemetry::Figures& figures) {
    auto& authenticator = services.authenticator;
    if (authenticator.key_set_source().location.empty()) return;
    const auto& health = authenticator.key_set_health();
    if (health.read_at) {
        const auto age = services.store.now() - *health.read_at;
        figures.gauge(
            "jwks_age_seconds",
            "Time since the keys for tokens were last read.",
            std::chrono::duration<double>{age}.count()
        );
    }
    figures.count(
        "jwks_failures_total",
        "Attempts to read the keys for tokens that found no usable ones.",
        static_cast<double>(health.failures)
    );
}

}  // namespace

Awaitable<void> health(Context& context) {
    context.response.body = wire::health_json(context.services.store.now());
    co_return;
}

/// Liveness: the process answers.
Awaitable<void> livez(Context& context) {
    context.response.body = wire::status_json("ok");
    co_return;
}

/// Readiness: fails if the store isn't ready, no token can be checked yet, or the server is
/// stopping.
Awaitable<void> readyz(Context& context) {
    if (context.services.house.is_draining) {
        context.fail(
            {.status = 503,
             .code = "SHUTTING_DOWN",
             .message = "The server is stopping.",
             .retry_after_seconds = 5}
        );
    } else if (!context.services.store.is_ready()) {
        context.fail(
            {.status = 503,
             .code = "NOT_READY",
             .message = "The store isn't ready.",
             .retry_after_seconds = 5}
        );
    } else if (!context.services.authenticator.is_ready()) {
        context.fail(keys_not_read());
    } else {
        context.response.body = wire::status_json("ready");
    }
    co_return;
}

Awaitable<void> metrics(Context& context) {
    const auto& services = context.services;
    telemetry::Figures figures;
    measure_key_set(services, figures);
    services.store.measure(figures);
    services.payments.runner.measure(figures);
    services.payments.notices.measure(figures);
    if (services.admission.limiter) services.admission.limiter->measure(figures);
    if (services.admission.shared) services.admission.shared->measure(figures);
    services.verdicts.measure(figures);
    figures.gauge(
        "http_connections", "Open connections.", static_cast<double>(services.house.connections)
    );
    figures.gauge(
        "http_answer_bytes",
        "Memory of answers that are being made, sent or kept.",
        static_cast<double>(services.answers.bytes())
    );
    figures.count(
        "log_lines_dropped_total",
        "Log lines that were lost: they couldn't be written, or their reader was too slow.",
        static_cast<double>(services.log.dropped_lines())
    );
    context.response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    context.response.body = services.metrics.text(figures);
    co_return;
}

Awaitable<void> openapi_as_yaml(Context& context) {
    context.response.content_type = "application/yaml";
    reply_document(context, assets::openapi_yaml, "servers:\n  - url: ");
    co_return;
}

Awaitable<void> openapi_as_json(Context& context) {
    reply_document(context, assets::openapi_json, R"("servers":[{"url":")");
    co_return;
}

}  // namespace frontrow::http::handlers
