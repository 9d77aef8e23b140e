#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::telemetry {

enum class ReservationResult : std::uint8_t { success, conflict, lock_failed, error };
/// Why a connection was ended in the middle of an answer: its client read too slowly, or there was
/// no room for what it hadn't read.
enum class Dropped : std::uint8_t { slow_reader, no_room };

/// The metrics of docs and dashboards, in Prometheus' text format. One thread.
class Metrics {
public:
    /// A route's own figures, looked up once when the route is made.
    class Route {
    public:
        /// Counts one answered request.
        void answered(unsigned status, double seconds);

        struct Impl;
        explicit Route(std::shared_ptr<Impl> impl) : impl_{std::move(impl)} {}

    private:
        std::shared_ptr<Impl> impl_;
    };

    Metrics();
    ~Metrics();

    /// `path` is the route's pattern, never the path that was asked for.
    Route route(std::string_view method, std::string_view path);
    void reservation(ReservationResult result);
    void dropped(Dropped why);

    struct Gauges {
        double pending = 0;
        double confirmed = 0;
        double connections = 0;
        double answer_bytes = 0;
    };

    /// What the gate has answered so far.
    struct Gate {
        double passed = 0;
        double taken = 0;
        double unknown = 0;
        bool is_open = false;
    };

    /// The machine's clock beside the time by which the store judges.
    struct Clock {
        double ahead_seconds = 0;
        bool is_alarmed = false;
    };

    /// The text of /metrics, with the gauges as they are now.
    std::string text(
        const Gauges& gauges,
        const std::optional<Gate>& gate = {},
        const std::optional<Clock>& clock = {}
    );

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace frontrow::telemetry
