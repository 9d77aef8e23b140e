#pragma once

namespace frontrow {

/// Prints a line on standard error before the process ends. Gives up after a second if nothing
/// reads standard error.
void say_last_words(const char* line) noexcept;

/// Prints the failed condition and its place, then aborts the process. After a restart the state is
/// recovered from the journal.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace frontrow

/// Aborts if the condition is false, which only a bug can cause. Always on: selling a seat twice is
/// worse than stopping.
#define CHECK(condition)                                              \
    do {                                                              \
        if (!(condition)) [[unlikely]]                                \
            ::frontrow::check_failed(#condition, __FILE__, __LINE__); \
    } while (false)
