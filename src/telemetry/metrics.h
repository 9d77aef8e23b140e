#pragma once

#include "telemetry/figures.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace frontrow::telemetry {

/// The result of an attempt to reserve. `conflict`: what the buyer wants is taken. `lock_failed`:
/// the same, but refused by the seat gate in Redis, before the domain was asked. `refused`: another
/// rule refused it. `error`: a fault.
enum class ReservationResult : std::uint8_t { success, conflict, refused, lock_failed, error };
/// Why a connection was closed in the middle of an answer: its client read too slowly, or there was
/// no memory to hold the rest of the answer.
enum class Dropped : std::uint8_t { slow_reader, no_room };

/// The documented metrics, in Prometheus' text format. One thread.
class Metrics {
public:
    /// The series of one route. They are looked up once, when the route is created.
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

    /// `path` is the route's pattern, never the path of a request.
    Route route(std::string_view method, std::string_view path);
    void reservation(ReservationResult result);
    void dropped(Dropped why);
    /// Counts a scan of a ticket. `verdict`: one of the few that the contract names.
    void check_in(std::string_view verdict);

    /// Returns the text of /metrics: the metrics counted here, then `figures`.
    std::string text(const Figures& figures);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace frontrow::telemetry
