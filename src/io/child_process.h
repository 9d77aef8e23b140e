#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace frontrow::io {

/// A program beside this one, with no input, no output and none of this one's files, sockets and
/// environment. It is killed and reaped with the object. One thread. Starting it doesn't copy
/// this process's page tables, however large it is; that is why it isn't a ServerProcess.
class ChildProcess {
public:
    /// `command`: the path of the program and its arguments. `environment`: NAME=value.
    static Result<ChildProcess, Fault>
    start(const std::vector<std::string>& command, const std::vector<std::string>& environment);

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess();

    /// The exit code, or 128 and the signal's number as a shell has it; nothing while it runs.
    std::optional<int> poll();

private:
    explicit ChildProcess(pid_t pid) : pid_{pid} {}

    /// 0 once it was reaped.
    pid_t pid_ = 0;
};

/// Those of this process's variables, each as NAME=value, that begin so: `PG`, or `HOME=`.
std::vector<std::string> variables_from(std::initializer_list<std::string_view> beginnings);

}  // namespace frontrow::io
