#include "io/http/retry_after.h"

#include "base/parse_number.h"

#include <algorithm>
#include <cstdint>
#include <curl/curl.h>
#include <string>

namespace frontrow::io {

std::optional<Millis> retry_after(const HttpAnswer& answer, Instant now) {
    const std::string text{answer.header("retry-after")};
    if (text.empty()) return std::nullopt;
    if (text.front() >= '0' && text.front() <= '9') {
        const auto seconds = parse_number<std::uint32_t>(text);
        return seconds ? std::optional{std::chrono::seconds{*seconds}} : std::nullopt;
    }
    const auto date = curl_getdate(text.c_str(), nullptr);
    if (date < 0) return std::nullopt;
    return std::max(Millis{0}, Instant{std::chrono::seconds{date}} - now);
}

}  // namespace frontrow::io
