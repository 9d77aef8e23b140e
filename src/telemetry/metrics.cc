#include "telemetry/metrics.h"

#include <array>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace frontrow::telemetry {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;

constexpr std::size_t kStatusMax = 600;

}  // namespace

struct Metrics::Route::Impl {
    std::string method;
    std::string path;
    Family<Counter>* requests;
    Histogram* seconds;
    /// Looking up a counter by its labels costs more than the rest of the counting. So each
    /// status's counter is looked up once, at its first use, and kept here.
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
    Family<Counter>& check_ins = prometheus::BuildCounter()
                                     .Name("ticket_check_ins_total")
                                     .Help("Scans of tickets that gates told, by verdict.")
                                     .Register(registry);
    Family<Counter>& dropped_family =
        prometheus::BuildCounter()
            .Name("http_connections_dropped_total")
            .Help("Connections ended in the middle of an answer, by why.")
            .Register(registry);
    std::array<Counter*, 2> dropped{
        &dropped_family.Add({{"reason", "slow_reader"}}),
        &dropped_family.Add({{"reason", "no_room"}}),
    };
    std::array<Counter*, 5> reservations{
        &reservation_family.Add({{"status", "success"}}),
        &reservation_family.Add({{"status", "conflict"}}),
        &reservation_family.Add({{"status", "refused"}}),
        &reservation_family.Add({{"status", "lock_failed"}}),
        &reservation_family.Add({{"status", "error"}}),
    };
};

Metrics::Metrics() : impl_{std::make_unique<Impl>()} {
}
Metrics::~Metrics() = default;

Metrics::Route Metrics::route(std::string_view method, std::string_view path) {
    auto& seconds = impl_->seconds.Add(
        {{"method", std::string{method}}, {"path", std::string{path}}}, Durations::boundaries()
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

void Metrics::check_in(std::string_view verdict) {
    impl_->check_ins.Add({{"verdict", std::string{verdict}}}).Increment();
}

std::string Metrics::text(const Figures& figures) {
    auto families = impl_->registry.Collect();
    families.insert(families.end(), figures.families().begin(), figures.families().end());
    return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace frontrow::telemetry
