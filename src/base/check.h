#pragma once

namespace frontrow {

/// Prints what didn't hold and where, and ends the process. The journal is the truth after the
/// restart.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace frontrow

/// A relation that holds unless the program is wrong. Always on: selling a seat twice is worse than
/// stopping.
#define CHECK(condition)                                              \
    do {                                                              \
        if (!(condition)) [[unlikely]]                                \
            ::frontrow::check_failed(#condition, __FILE__, __LINE__); \
    } while (false)
