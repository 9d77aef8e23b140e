#include "cli/standard_streams.h"

#include "cli/commands.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace frontrow::cli {

void fill_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) >= 0) continue;
        // Takes the lowest number that is free, which is this one. Nothing can be written to it.
        (void)::open("/dev/null", O_RDONLY);
    }
}

// A write that failed earlier has left its mark, and what it couldn't write.
int check_output(int exit_code) {
    errno = 0;
    const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (is_written) return exit_code;
    std::fprintf(
        stderr,
        "frontrow: can't write to standard output%s%s\n",
        errno == 0 ? "" : ": ",
        errno == 0 ? "" : std::strerror(errno)
    );
    return exit_code == kDone ? kFailed : exit_code;
}

}  // namespace frontrow::cli
