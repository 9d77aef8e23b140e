#include "bench/report/report.h"

#include <boost/json.hpp>

namespace frontrow::bench::report {
namespace {

namespace json = boost::json;

double in_ms(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

json::object latency_of(const Histogram& histogram) {
    json::object latency{{"count", histogram.count()}, {"mean", in_ms(histogram.mean())}};
    for (const auto& [share, name] : kPercentiles)
        latency[name] = in_ms(histogram.percentile(share));
    return latency;
}

json::object answers_of(const Tally& tally) {
    json::object answers;
    for (std::size_t status = 0; status < tally.answers.size(); ++status) {
        if (tally.answers[status] > 0) answers[std::to_string(status)] = tally.answers[status];
    }
    return answers;
}

json::object side_of(const Side& side) {
    json::array points;
    for (const auto& point : side.points) {
        points.push_back(json::object{
            {"begin_s", point.begin},
            {"end_s", point.end},
            {"requests_per_second", point.requests_per_second},
            {"p50_ms", in_ms(point.latency.percentile(0.5))},
            {"p99_ms", in_ms(point.latency.percentile(0.99))},
        });
    }
    json::object told{
        {"requests_per_second", side.requests_per_second},
        {"requests_per_second_by_round", json::value_from(side.round_rates)},
        {"sent", side.total.sent},
        {"answers", answers_of(side.total)},
        {"latency_ms", latency_of(side.total.latency())},
        {"reservations_ms", latency_of(side.total.reservations)},
        {"reads_ms", latency_of(side.total.reads)},
        {"generator_cores", side.generator_cores},
        {"over_time", std::move(points)},
    };
    if (side.total.orders.count() > 0) {
        auto orders = latency_of(side.total.orders);
        const auto [share, name] = kOrderPercentile;
        orders[name] = in_ms(side.total.orders.percentile(share));
        told["orders_ms"] = std::move(orders);
    }
    if (side.total.lateness.count() > 0) told["sent_late_ms"] = latency_of(side.total.lateness);
    return told;
}

json::object settings_of(const config::BenchSettings& settings) {
    return {
        {"scenario", settings.scenario},
        {"loop", settings.rate ? "open" : "closed"},
        {"rate", settings.rate ? json::value(*settings.rate) : json::value()},
        {"connections", settings.connections},
        {"threads", settings.threads},
        {"seconds", settings.seconds},
        {"rounds", settings.rounds},
        {"server", settings.url.empty() ? "its own" : settings.url},
    };
}

}  // namespace

std::string as_json(const Figures& figures) {
    json::object machine;
    for (const auto& [what, how] : figures.machine)
        machine[what] = how;
    json::object document{
        {"taken_at", to_rfc3339(figures.taken)},
        {"ok", figures.failures.empty()},
        {"failures", json::value_from(figures.failures)},
        {"notes", json::value_from(figures.notes)},
        {"settings", settings_of(figures.settings)},
        {"machine", std::move(machine)},
        {"frontrow", side_of(figures.frontrow)},
        {"seats_sold", figures.seats_sold},
        {"seats_sold_again", figures.sold_again},
    };
    if (figures.nginx) {
        document["nginx"] = side_of(*figures.nginx);
        document["ratio"] = *figures.ratio;
        document["ratio_by_round"] = json::value_from(figures.ratios);
    }
    return json::serialize(document) + "\n";
}

}  // namespace frontrow::bench::report
