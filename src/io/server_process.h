#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frontrow::io {

/// Another program as a child, in a process group of its own: a Ctrl-C at our terminal is for us to
/// pass on. It's ended with the object, and by the kernel should this process be killed. One
/// thread, and one that lives as long as the child: it's that thread's end that the kernel watches.
///
/// Own code because Boost.Process 1.81 can neither tie a child's life to ours nor wait for it with
/// an end to its patience that can be relied on.
class ServerProcess {
public:
    struct Options {
        /// The program's path and its arguments.
        std::vector<std::string> command;
        /// Where it works.
        std::filesystem::path folder;
        /// `NAME=value`; it gets nothing else of ours.
        std::vector<std::string> environment;
        /// The file that takes what it writes, on both outputs.
        std::filesystem::path log;
    };

    /// Fault unavailable: it can't be run, and why.
    static Result<std::unique_ptr<ServerProcess>, Fault> start(const Options& options);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    /// Its exit code, or 128 and the signal's number; nothing if it still runs after `patience`.
    std::optional<int> wait(std::chrono::milliseconds patience);
    /// SIGTERM, and SIGKILL for all of its group when `patience` is over; returns as wait() does.
    int end(std::chrono::milliseconds patience);

private:
    ServerProcess(pid_t pid, int process) : pid_{pid}, process_{process} {}

    pid_t pid_;
    int process_;
    std::optional<int> exit_code_;
};

}  // namespace frontrow::io
