#pragma once

#include "base/instant.h"

#include <array>
#include <string_view>

namespace frontrow::http {

/// The header `Date: Sun, 06 Nov 1994 08:49:37 GMT` with its line end, which every answer has. It
/// is rendered once a second, not once an answer.
class DateLine {
public:
    /// Shows the start of 1970 until show() is called.
    DateLine() { render(); }

    /// Sets the time that is shown from now on.
    void show(Instant now);
    std::string_view text() const { return {text_.data(), kBytes}; }

private:
    static constexpr std::size_t kBytes = 37;

    void render();

    std::chrono::sys_seconds shown_{};
    /// Includes the NUL that snprintf() writes.
    std::array<char, kBytes + 1> text_{};
};

}  // namespace frontrow::http
