#include "io/short_slices.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

namespace frontrow::test {
namespace {

struct Wishes {
    int policy = 0;
    int nice = 0;
    std::uint64_t slice = 0;

    friend bool operator==(const Wishes&, const Wishes&) = default;
};

/// This thread's scheduler settings.
Wishes wishes() {
    struct {
        std::uint32_t size, policy;
        std::uint64_t flags;
        std::int32_t nice;
        std::uint32_t priority;
        std::uint64_t runtime, deadline, period;
    } told{};
    EXPECT_EQ(syscall(SYS_sched_getattr, 0, &told, sizeof told, 0), 0);
    return {static_cast<int>(told.policy), told.nice, told.runtime};
}

bool takes_wishes() {
    utsname system{};
    int major = 0;
    int minor = 0;
    EXPECT_EQ(uname(&system), 0);
    EXPECT_EQ(std::sscanf(system.release, "%d.%d", &major, &minor), 2);
    return major > 6 || (major == 6 && minor >= 12);
}

TEST(ShortSlices, are_all_that_is_asked_for) {
    std::thread{[] {
        // The nice value is per thread, as everywhere in Linux.
        EXPECT_EQ(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 1), 0);
        auto expected = wishes();
        io::run_in_short_slices();
        if (takes_wishes() && expected.policy == SCHED_OTHER) expected.slice = 100'000;
        EXPECT_EQ(wishes(), expected);
    }}.join();
}

}  // namespace
}  // namespace frontrow::test
