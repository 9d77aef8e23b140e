#pragma once

#include <sys/resource.h>

namespace frontrow::cli {

/// One connection is one file; the hard limit is what the operator allows.
inline void raise_file_limit() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace frontrow::cli
