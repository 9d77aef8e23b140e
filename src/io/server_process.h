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

/// Another program as a child process. It has its own process group: a Ctrl-C at our terminal
/// reaches only us, and we pass it on. The destructor ends the child; if this process is killed,
/// the kernel does. One thread, which must live as long as the child, because the kernel ends the
/// child when that thread ends.
///
/// Doesn't use Boost.Process, because version 1.81 can't end a child when this process is killed,
/// and its wait with a timeout isn't reliable.
class ServerProcess {
public:
    struct Options {
        /// The program's path and its arguments.
        std::vector<std::string> command;
        /// The working directory.
        std::filesystem::path folder;
        /// Entries `NAME=value`; the child inherits no other variable.
        std::vector<std::string> environment;
        /// The file that receives standard output and standard error.
        std::filesystem::path log;
    };

    /// Faults: unavailable (the program can't be run; the text says why).
    static Result<std::unique_ptr<ServerProcess>, Fault> start(const Options& options);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    /// The exit code, or 128 plus the signal's number; nothing if the program still runs after
    /// `patience`.
    std::optional<int> wait(std::chrono::milliseconds patience);
    /// Sends SIGTERM, and SIGKILL to the whole group after `patience`. Returns what wait() does.
    int end(std::chrono::milliseconds patience);

private:
    ServerProcess(pid_t pid, int process) : pid_{pid}, process_{process} {}

    pid_t pid_;
    int process_;
    std::optional<int> exit_code_;
};

}  // namespace frontrow::io
