#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "payments/desk.h"
#include "payments/notice_refusal.h"
#include "payments/provider.h"
#include "payments/providers.h"
#include "store/store.h"
#include "telemetry/figures.h"
#include "telemetry/log.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::payments {

/// Takes what providers send by themselves. One thread.
class Notices {
public:
    using Taken = Result<void, NoticeRefusal>;

    /// All must outlive it.
    struct Ports {
        store::Store& store;
        const Providers& providers;
        Desk& desk;
        const telemetry::Log& log;
    };

    explicit Notices(Ports ports) : ports_{ports} {}

    /// Returns once everything that the notice says is decided and durable, so that the provider
    /// needn't send it again. What is known already changes nothing, and what it says of another
    /// provider's payments is refused. Counts and logs a refusal.
    ///
    /// Faults: those of Store::execute() and of Provider::read_notice(). If it never returns, the
    /// provider sends the notice again.
    io::Awaitable<Result<Taken, io::Fault>> take(
        std::string_view provider,
        const std::vector<NoticeHeader>& headers,
        std::string_view body,
        TraceId trace
    );

    void measure(telemetry::Figures& figures) const;

private:
    /// Refusals of notices that anybody can send, since the last line in the log about one.
    struct Untold {
        std::optional<Instant> told_at;
        std::uint64_t count = 0;
    };

    io::Awaitable<Result<Taken, io::Fault>> read_and_decide(
        Provider* sender,
        const std::vector<NoticeHeader>& headers,
        std::string_view body,
        TraceId trace
    );
    void tell_refusal(const std::string& provider, const NoticeRefusal& refusal);
    /// Logs that a refund has failed, if the notice says so.
    void tell_failure(const Notice& notice, std::string_view provider) const;
    /// Anybody can send such notices, so they fill a line a minute at most.
    void tell_now_and_then(const std::string& provider, const std::string& why);

    Ports ports_;
    /// By provider.
    std::map<std::string, Untold> untold_;
    /// By provider and result.
    std::map<std::pair<std::string, std::string>, std::uint64_t> results_;
};

}  // namespace frontrow::payments
