#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// 81234 as `81,234`.
inline std::string in_words(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = text.size(); at > 3;)
        text.insert(at -= 3, 1, ',');
    return text;
}

/// The count of answers by status: `201: 40,112, 409: 17`.
inline std::string in_words(std::span<const std::uint64_t> answers, std::string_view between) {
    std::string text;
    for (std::size_t status = 0; status < answers.size(); ++status) {
        if (answers[status] == 0) continue;
        if (!text.empty()) text += between;
        text += std::to_string(status) + ": " + in_words(answers[status]);
    }
    return text;
}

/// A duration with three digits and a suitable unit: `2.91 ms`.
inline std::string in_words(std::chrono::nanoseconds duration) {
    const auto nanoseconds = static_cast<double>(duration.count());
    const auto told = [](double value, const char* unit) {
        const int digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return fmt::format("{:.{}f} {}", value, digits, unit);
    };
    if (nanoseconds < 1e6) return told(nanoseconds / 1e3, "µs");
    return nanoseconds < 1e9 ? told(nanoseconds / 1e6, "ms") : told(nanoseconds / 1e9, "s");
}

}  // namespace frontrow::bench
