#include "io/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <utility>

namespace frontrow::io {

Result<ChildProcess, Fault> ChildProcess::start(const std::vector<std::string>& command) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    // A socket that it held would keep clients connected, and the port taken, after this process.
    posix_spawn_file_actions_addclosefrom_np(&files, 3);

    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    char* const no_environment[] = {nullptr};
    pid_t pid = 0;
    const int error =
        ::posix_spawn(&pid, arguments.front(), &files, nullptr, arguments.data(), no_environment);
    posix_spawn_file_actions_destroy(&files);
    if (error == 0) return ChildProcess{pid};
    return std::unexpected(Fault{
        FaultKind::unavailable, "can't start " + command.front() + ": " + std::strerror(error)
    });
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : pid_{std::exchange(other.pid_, 0)} {
}

ChildProcess::~ChildProcess() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

std::optional<int> ChildProcess::poll() {
    int status = 0;
    if (pid_ == 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace frontrow::io
