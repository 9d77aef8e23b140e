#pragma once

#include <sys/resource.h>

namespace frontrow::cli {

/// Raises the soft limit of open files to the operator's hard limit, because each connection needs
/// a file.
inline void raise_file_limit() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace frontrow::cli
