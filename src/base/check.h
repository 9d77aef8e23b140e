#pragma once

namespace frontrow {

/// Prints a line on standard error before the process ends. Doesn't wait if nothing reads there.
void say_last_words(const char* line) noexcept;

/// Prints the failed condition and its place, then aborts the process. The restart recovers from
/// the journal.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace frontrow

/// A relation that holds unless the program is wrong. Always on: selling a seat twice is worse than
/// stopping.
#define CHECK(condition)                                              \
    do {                                                              \
        if (!(condition)) [[unlikely]]                                \
            ::frontrow::check_failed(#condition, __FILE__, __LINE__); \
    } while (false)
