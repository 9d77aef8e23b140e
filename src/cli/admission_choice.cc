#include "cli/admission_choice.h"

#include "base/ascii.h"

#include <utility>

namespace frontrow::cli {

Result<AdmissionChoice, std::string> admission_choice(const config::ServeSettings& settings) {
    AdmissionChoice choice;
    // A mistake in a limit is told also while there are none.
    admission::RateLimits limits;
    for (const auto& text : settings.limit)
        if (auto changed = limits.change(text); !changed)
            return std::unexpected("--limit " + std::move(changed.error()));
    const bool has_limits = settings.limits.empty() ? !settings.dev : settings.limits == "on";
    if (has_limits) choice.rate_limits = limits;
    const auto header = same_ignoring_case(settings.proxy_header, "forwarded")
                            ? admission::ProxyHeader::forwarded
                            : admission::ProxyHeader::x_forwarded_for;
    auto proxies = admission::TrustedProxies::parse(settings.trusted_proxies, header);
    if (!proxies) return std::unexpected("--trusted-proxy " + std::move(proxies.error()));
    choice.proxies = *std::move(proxies);
    return choice;
}

}  // namespace frontrow::cli
