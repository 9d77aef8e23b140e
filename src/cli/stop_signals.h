#pragma once

#include <csignal>
#include <vector>

namespace frontrow::cli {

/// What a command that goes on until it is told to stop is told by. SIGHUP, which a terminal sends
/// when it goes, isn't among them where nohup has it ignored.
inline std::vector<int> stop_signals() {
    std::vector<int> signals{SIGINT, SIGTERM};
    struct sigaction hangup{};
    const bool is_known = sigaction(SIGHUP, nullptr, &hangup) == 0;
    if (!is_known || hangup.sa_handler != SIG_IGN) signals.push_back(SIGHUP);
    return signals;
}

}  // namespace frontrow::cli
