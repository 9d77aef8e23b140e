#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace frontrow {

void check_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(
        stderr, "frontrow: a relation that must hold does not: %s (%s:%d)\n", condition, file, line
    );
    std::abort();
}

}  // namespace frontrow
