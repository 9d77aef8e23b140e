#pragma once

#include <csignal>
#include <vector>

namespace frontrow::cli {

/// The signals that stop a long-running command. Includes SIGHUP, which is sent when the terminal
/// closes, unless nohup has set it to be ignored.
///
/// SIGHUP mustn't count as a repeated request: when a terminal closes, the kernel and the shell
/// each send it, and systemd can send it right after SIGTERM (SendSIGHUP=yes).
inline std::vector<int> stop_signals() {
    std::vector<int> signals{SIGINT, SIGTERM};
    struct sigaction hangup{};
    const bool is_known = sigaction(SIGHUP, nullptr, &hangup) == 0;
    if (!is_known || hangup.sa_handler != SIG_IGN) signals.push_back(SIGHUP);
    return signals;
}

}  // namespace frontrow::cli
