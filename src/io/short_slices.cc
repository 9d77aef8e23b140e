#include "io/short_slices.h"

#include <cstdint>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace frontrow::io {
namespace {

/// The shortest slice that Linux allows.
constexpr std::uint64_t kSliceNanoseconds = 100'000;

/// The argument of sched_setattr(2). Debian 12's C library declares neither this structure nor the
/// functions.
struct Attributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime;
    std::uint64_t deadline;
    std::uint64_t period;
};

}  // namespace

void run_in_short_slices() {
    Attributes attributes{};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
    if (attributes.policy != SCHED_OTHER) return;
    attributes.runtime = kSliceNanoseconds;
    (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace frontrow::io
