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
        // open() takes the lowest free number, which is `stream`. Read-only, so that writing to it
        // fails.
        (void)::open("/dev/null", O_RDONLY);
    }
}

// ferror() reports writes that failed earlier; fflush() writes the rest.
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
