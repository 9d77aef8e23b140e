#include "app/outage_log.h"

#include <utility>

namespace frontrow::app {
namespace {

constexpr std::chrono::minutes kRepeat{1};

std::string whole_seconds(std::chrono::nanoseconds time) {
    return std::to_string(std::chrono::round<std::chrono::seconds>(time).count());
}

}  // namespace

void OutageLog::note(const Result<void, io::Fault>& contact) {
    if (!contact) return begin_or_go_on(contact.error().what);
    if (outage_) end();
}

void OutageLog::begin_or_go_on(const std::string& why) {
    const auto now = clock_.read().since_boot;
    if (!outage_) {
        outage_ = Outage{.since = now, .told = now, .why = why, .failures = 1};
        return log_.warn(words_.is_away, {{"error", why}});
    }
    auto& outage = *outage_;
    ++outage.failures;
    if (std::exchange(outage.why, why) == why && now - outage.told < kRepeat) return;
    outage.told = now;
    log_.warn(
        words_.is_still_away,
        {{"error", why},
         {"failures", std::to_string(outage.failures)},
         {"after_s", whole_seconds(now - outage.since)}}
    );
}

void OutageLog::end() {
    const auto time = clock_.read().since_boot - outage_->since;
    outage_.reset();
    log_.info(words_.is_back, {{"after_s", whole_seconds(time)}});
}

}  // namespace frontrow::app
