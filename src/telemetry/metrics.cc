#include "telemetry/metrics.h"

#include <array>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace frontrow::telemetry {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries
    kSeconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
constexpr std::size_t kStatusMax = 600;

/// To a total that was counted elsewhere.
void raise(Counter& counter, double total) {
    counter.Increment(total - counter.Value());
}

}  // namespace

struct Metrics::Route::Impl {
    std::string method;
    std::string path;
    Family<Counter>* requests;
    Histogram* seconds;
    /// By status, filled when first needed: a label look-up costs more than the rest of the
    /// counting.
    std::array<Counter*, kStatusMax> by_status{};
};

struct Metrics::Impl {
    prometheus::Registry registry;
    Family<Counter>& requests = prometheus::BuildCounter()
                                    .Name("http_requests_total")
                                    .Help("Requests answered, by method, route and status code.")
                                    .Register(registry);
    Family<Histogram>& seconds = prometheus::BuildHistogram()
                                     .Name("http_request_duration_seconds")
                                     .Help("From the whole request read to the answer ready.")
                                     .Register(registry);
    Family<Counter>& reservation_family = prometheus::BuildCounter()
                                              .Name("reservations_total")
                                              .Help("Attempts to reserve, by what came of them.")
                                              .Register(registry);
    Family<Gauge>& active = prometheus::BuildGauge()
                                .Name("active_reservations")
                                .Help("Reservations that have seats now.")
                                .Register(registry);
    Gauge& pending = active.Add({{"status", "pending"}});
    Gauge& confirmed = active.Add({{"status", "confirmed"}});
    Gauge& connections = prometheus::BuildGauge()
                             .Name("http_connections")
                             .Help("Open connections.")
                             .Register(registry)
                             .Add({});
    Gauge& answer_bytes = prometheus::BuildGauge()
                              .Name("http_answer_bytes")
                              .Help("Memory of answers that are being made, sent or kept.")
                              .Register(registry)
                              .Add({});
    Family<Counter>& dropped_family =
        prometheus::BuildCounter()
            .Name("http_connections_dropped_total")
            .Help("Connections ended in the middle of an answer, by why.")
            .Register(registry);
    std::array<Counter*, 2> dropped{
        &dropped_family.Add({{"reason", "slow_reader"}}),
        &dropped_family.Add({{"reason", "no_room"}}),
    };
    /// There once the store has a gate.
    struct GateMetrics {
        explicit GateMetrics(prometheus::Registry& registry)
            : answers{prometheus::BuildCounter()
                          .Name("gate_answers_total")
                          .Help("What the gate said of reservations.")
                          .Register(registry)},
              is_open{prometheus::BuildGauge()
                          .Name("gate_open")
                          .Help("1 while the gate is asked, 0 while it is left out.")
                          .Register(registry)
                          .Add({})} {}

        Family<Counter>& answers;
        Counter& passed = answers.Add({{"answer", "pass"}});
        Counter& taken = answers.Add({{"answer", "taken"}});
        Counter& unknown = answers.Add({{"answer", "unknown"}});
        Gauge& is_open;
    };
    std::unique_ptr<GateMetrics> gate;
    /// There once the store has a clock of its own.
    struct ClockMetrics {
        explicit ClockMetrics(prometheus::Registry& registry)
            : ahead{prometheus::BuildGauge()
                        .Name("clock_ahead_seconds")
                        .Help("How far the machine's clock is ahead of the time that rules are "
                              "judged by.")
                        .Register(registry)
                        .Add({})},
              alarm{prometheus::BuildGauge()
                        .Name("clock_alarm")
                        .Help("1 while the two disagree and the machine's clock decides nothing.")
                        .Register(registry)
                        .Add({})} {}

        Gauge& ahead;
        Gauge& alarm;
    };
    std::unique_ptr<ClockMetrics> clock;
    std::array<Counter*, 4> reservations{
        &reservation_family.Add({{"status", "success"}}),
        &reservation_family.Add({{"status", "conflict"}}),
        &reservation_family.Add({{"status", "lock_failed"}}),
        &reservation_family.Add({{"status", "error"}}),
    };
};

Metrics::Metrics() : impl_{std::make_unique<Impl>()} {
}
Metrics::~Metrics() = default;

Metrics::Route Metrics::route(std::string_view method, std::string_view path) {
    auto& seconds = impl_->seconds.Add(
        {{"method", std::string{method}}, {"path", std::string{path}}}, kSeconds
    );
    return Route{std::make_shared<Route::Impl>(
        std::string{method}, std::string{path}, &impl_->requests, &seconds
    )};
}

void Metrics::Route::answered(unsigned status, double seconds) {
    auto& counter = impl_->by_status[status < kStatusMax ? status : 0];
    if (counter == nullptr) {
        counter = &impl_->requests->Add(
            {{"method", impl_->method},
             {"path", impl_->path},
             {"status_code", std::to_string(status)}}
        );
    }
    counter->Increment();
    impl_->seconds->Observe(seconds);
}

void Metrics::reservation(ReservationResult result) {
    impl_->reservations[static_cast<std::size_t>(result)]->Increment();
}

void Metrics::dropped(Dropped why) {
    impl_->dropped[static_cast<std::size_t>(why)]->Increment();
}

std::string Metrics::text(
    const Gauges& gauges,
    const std::optional<Gate>& gate,
    const std::optional<Clock>& clock
) {
    if (gate) {
        if (!impl_->gate) impl_->gate = std::make_unique<Impl::GateMetrics>(impl_->registry);
        raise(impl_->gate->passed, gate->passed);
        raise(impl_->gate->taken, gate->taken);
        raise(impl_->gate->unknown, gate->unknown);
        impl_->gate->is_open.Set(gate->is_open ? 1 : 0);
    }
    if (clock) {
        if (!impl_->clock) impl_->clock = std::make_unique<Impl::ClockMetrics>(impl_->registry);
        impl_->clock->ahead.Set(clock->ahead_seconds);
        impl_->clock->alarm.Set(clock->is_alarmed ? 1 : 0);
    }
    impl_->pending.Set(gauges.pending);
    impl_->confirmed.Set(gauges.confirmed);
    impl_->connections.Set(gauges.connections);
    impl_->answer_bytes.Set(gauges.answer_bytes);
    return prometheus::TextSerializer{}.Serialize(impl_->registry.Collect());
}

}  // namespace frontrow::telemetry
