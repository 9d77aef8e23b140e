#include "http/answer_memory.h"
#include "http/handlers/assets.h"
#include "http/handlers/handlers.h"
#include "wire/small_json.h"

// What operators and their machines ask.

namespace frontrow::http::handlers {

Awaitable<void> health(Context& context) {
    context.response.body = wire::health_json(context.services.store.now());
    co_return;
}

/// The process answers.
Awaitable<void> livez(Context& context) {
    context.response.body = wire::status_json("ok");
    co_return;
}

/// Requests may be sent here: not while the store has failed, nor once the server has begun to
/// stop.
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
    } else {
        context.response.body = wire::status_json("ready");
    }
    co_return;
}

Awaitable<void> metrics(Context& context) {
    const auto reservations = context.services.store.count_reservations();
    context.response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    std::optional<telemetry::Metrics::Gate> gate;
    if (const auto counts = context.services.store.count_gate()) {
        gate = {
            .passed = static_cast<double>(counts->passed),
            .taken = static_cast<double>(counts->taken),
            .unknown = static_cast<double>(counts->unknown),
            .is_open = counts->is_open,
        };
    }
    std::optional<telemetry::Metrics::Clock> clock;
    if (const auto state = context.services.store.clock()) {
        clock = {
            .ahead_seconds = std::chrono::duration<double>(state->wall_ahead).count(),
            .is_alarmed = state->is_alarmed,
        };
    }
    context.response.body = context.services.metrics.text(
        {
            .pending = static_cast<double>(reservations.pending),
            .confirmed = static_cast<double>(reservations.confirmed),
            .connections = static_cast<double>(context.services.house.connections),
            .answer_bytes = static_cast<double>(context.services.answers.bytes()),
        },
        gate,
        clock
    );
    co_return;
}

Awaitable<void> openapi_as_yaml(Context& context) {
    context.response.content_type = "application/yaml";
    context.response.fixed_body = assets::openapi_yaml;
    co_return;
}

Awaitable<void> openapi_as_json(Context& context) {
    context.response.fixed_body = assets::openapi_json;
    co_return;
}

}  // namespace frontrow::http::handlers
