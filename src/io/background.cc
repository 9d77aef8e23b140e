#include "io/background.h"

#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace frontrow::io {

void run_in_background(const std::function<void()>& work) {
    std::thread{[&] {
        // Of this thread alone, as Linux has it.
        setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 19);
        work();
    }}.join();
}

}  // namespace frontrow::io
