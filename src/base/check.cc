#include "base/check.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <unistd.h>

namespace frontrow {

void say_last_words(const char* line) noexcept {
    constexpr int kPatienceMs = 1'000;
    pollfd out{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    // A pipe that poll() reports as writable has room for a whole line.
    if (::poll(&out, 1, kPatienceMs) == 1) std::fputs(line, stderr);
}

void check_failed(const char* condition, const char* file, int line) noexcept {
    std::array<char, 1'024> text;
    std::snprintf(
        text.data(),
        text.size(),
        "frontrow: a relation that must hold does not: %s (%s:%d)\n",
        condition,
        file,
        line
    );
    say_last_words(text.data());
    std::abort();
}

}  // namespace frontrow
