#pragma once

#include "base/instant.h"

#include <array>
#include <string_view>

namespace frontrow::http {

/// The header `Date: Sun, 06 Nov 1994 08:49:37 GMT` of every answer, with its line end. It is
/// rendered when the second has changed, not for each answer.
class DateLine {
public:
    /// Tells the first second of 1970 until show() is called.
    DateLine() { render(); }

    /// Tells this time from now on.
    void show(Instant now);
    std::string_view text() const { return {text_.data(), kBytes}; }

private:
    static constexpr std::size_t kBytes = 37;

    void render();

    std::chrono::sys_seconds shown_{};
    /// With the NUL that its printer writes.
    std::array<char, kBytes + 1> text_{};
};

}  // namespace frontrow::http
