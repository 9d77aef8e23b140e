#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/random.h"
#include "telemetry/figures.h"
#include "wire/hold_question_json.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace frontrow::http {

/// Asks a service of the operator's, before a buyer gets a hold, whether they may have it. It is
/// the place for the detection of bots. Questions are signed; docs/operations.md has the contract.
///
/// An answer has a deadline, and a circuit breaker stops the questions while the service is down:
/// then, and whenever there is no answer, a setting decides. One thread, the executor's.
class HoldVerdicts {
public:
    struct Settings {
        std::string url;
        /// Signs the questions: base64, with or without `whsec_` before it.
        std::string secret;
        std::chrono::milliseconds deadline{150};
        /// Whether buyers get holds while the service gives no verdict.
        bool allows_without_verdict = true;
    };
    struct World {
        io::Executor executor;
        /// Must outlive this object.
        io::Random& random;
        std::function<Instant()> now;
        /// Called with what came of each question that was sent.
        std::function<void(const Result<void, io::Fault>&)> on_contact;
    };
    enum class Verdict : std::uint8_t {
        allowed,
        refused,
        /// There is no verdict, and the setting says that nobody gets a hold then.
        unknown,
    };

    /// Without settings, nobody is asked.
    HoldVerdicts(World world, std::optional<Settings> settings);
    ~HoldVerdicts();
    HoldVerdicts(const HoldVerdicts&) = delete;
    HoldVerdicts& operator=(const HoldVerdicts&) = delete;

    bool is_on() const { return service_ != nullptr; }
    /// Call it only if is_on().
    io::Awaitable<Verdict> ask(wire::HoldQuestion question);
    /// Cuts off the questions that are under way.
    io::Awaitable<void> close();

    /// Adds its metrics for /metrics; none if nobody is asked.
    void measure(telemetry::Figures& figures) const;

private:
    class Service;

    std::unique_ptr<Service> service_;
};

}  // namespace frontrow::http
