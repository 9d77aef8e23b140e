#include "telemetry/figures.h"

#include <prometheus/client_metric.h>

namespace frontrow::telemetry {

using prometheus::ClientMetric;
using prometheus::MetricType;

prometheus::Histogram::BucketBoundaries Durations::boundaries() {
    return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

void Figures::count(const char* name, const char* help, double total, const Labels& labels) {
    ClientMetric metric;
    metric.counter.value = total;
    add(name, help, MetricType::Counter, std::move(metric), labels);
}

void Figures::gauge(const char* name, const char* help, double value, const Labels& labels) {
    ClientMetric metric;
    metric.gauge.value = value;
    add(name, help, MetricType::Gauge, std::move(metric), labels);
}

void Figures::durations(
    const char* name,
    const char* help,
    const Durations& durations,
    const Labels& labels
) {
    add(name, help, MetricType::Histogram, durations.histogram().Collect(), labels);
}

void Figures::add(
    const char* name,
    const char* help,
    MetricType type,
    ClientMetric metric,
    const Labels& labels
) {
    if (families_.empty() || families_.back().name != name)
        families_.push_back({.name = name, .help = help, .type = type, .metric = {}});
    for (const auto& [label, value] : labels)
        metric.label.push_back({label, value});
    families_.back().metric.push_back(std::move(metric));
}

}  // namespace frontrow::telemetry
