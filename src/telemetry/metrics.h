#pragma once

#include "telemetry/figures.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace frontrow::telemetry {

/// What came of an attempt to reserve: refused by a rule, by who else has the seats, or by the
/// gate, which let somebody else through for them; `error` is a fault.
enum class ReservationResult : std::uint8_t { success, conflict, refused, lock_failed, error };
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

    /// The text of /metrics: what was counted here, and these.
    std::string text(const Figures& figures);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace frontrow::telemetry
