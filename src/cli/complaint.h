#pragma once

#include "cli/commands.h"

#include <cstdio>
#include <string>

namespace frontrow::cli {

// What a command that ends without success prints on standard error, and its exit code.

inline void complain(const char* command, const std::string& why) {
    std::fprintf(stderr, "frontrow %s: %s\n", command, why.c_str());
}

inline int failed(const char* command, const std::string& why) {
    complain(command, why);
    return kFailed;
}

inline int misused(const char* command, const std::string& why) {
    complain(command, why);
    return kWrongUsage;
}

}  // namespace frontrow::cli
