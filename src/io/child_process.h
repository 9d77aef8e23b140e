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

/// Another program as a child process. It has no input and no output, and inherits none of our
/// files, sockets or environment variables. It is killed and reaped when the object is destroyed.
/// One thread. Unlike a ServerProcess, it is started without copying this process's page tables; in
/// a large process such a copy takes long.
class ChildProcess {
public:
    /// `command` is the program's path and its arguments; `environment` has entries NAME=value.
    static Result<ChildProcess, Fault>
    start(const std::vector<std::string>& command, const std::vector<std::string>& environment);

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess();

    /// The exit code, or 128 plus the signal's number as in a shell; nothing while the program
    /// runs.
    std::optional<int> poll();

private:
    explicit ChildProcess(pid_t pid) : pid_{pid} {}

    /// 0 once the child is reaped.
    pid_t pid_ = 0;
};

/// Returns this process's environment variables that start with one of `beginnings` (`PG`, or
/// `HOME=`), as NAME=value.
std::vector<std::string> variables_from(std::initializer_list<std::string_view> beginnings);

}  // namespace frontrow::io
