#pragma once

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::telemetry {

/// A histogram of durations, with buckets from half a millisecond to ten seconds. One thread.
class Durations {
public:
    void add(double seconds) { histogram_.Observe(seconds); }
    const prometheus::Histogram& histogram() const { return histogram_; }

    /// The buckets' upper bounds, in seconds.
    static prometheus::Histogram::BucketBoundaries boundaries();

private:
    prometheus::Histogram histogram_{boundaries()};
};

/// Collects the metrics that the parts of the server report when /metrics is requested. Each part
/// counts its own events, so nothing is counted twice. One thread.
class Figures {
public:
    using Labels = std::vector<std::pair<std::string, std::string>>;

    /// Adds a counter, a value that never decreases; its name ends in _total. Series of the same
    /// name must be added one after the other.
    void count(const char* name, const char* help, double total, const Labels& labels = {});
    void gauge(const char* name, const char* help, double value, const Labels& labels = {});
    void durations(
        const char* name,
        const char* help,
        const Durations& durations,
        const Labels& labels = {}
    );

    const std::vector<prometheus::MetricFamily>& families() const { return families_; }

private:
    void add(
        const char* name,
        const char* help,
        prometheus::MetricType type,
        prometheus::ClientMetric metric,
        const Labels& labels
    );

    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace frontrow::telemetry
