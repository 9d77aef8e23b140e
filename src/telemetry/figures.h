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

    /// In seconds.
    static prometheus::Histogram::BucketBoundaries boundaries();

private:
    prometheus::Histogram histogram_{boundaries()};
};

/// Collects the metrics that each part of the server reports when /metrics is requested. Each part
/// counts for itself, and nothing is counted twice. One thread.
class Figures {
public:
    using Labels = std::vector<std::pair<std::string, std::string>>;

    /// For a counter, which only ever rises; its name ends in _total. Add series of the same name
    /// one after the other.
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
