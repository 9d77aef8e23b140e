#include "io/background.h"

#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace frontrow::io {

void run_in_background(const std::function<void()>& work) {
    std::thread{[&] {
        // On Linux this sets the priority of this thread only.
        setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 19);
        work();
    }}.join();
}

}  // namespace frontrow::io
