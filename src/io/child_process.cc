#include "io/child_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace frontrow::io {

namespace {

/// A null-terminated array of C strings, as posix_spawn() takes. `texts` must outlive it.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const auto& text : texts)
        pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

Result<ChildProcess, Fault> ChildProcess::start(
    const std::vector<std::string>& command,
    const std::vector<std::string>& environment
) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    // A socket inherited by the child would keep clients connected and the port in use after this
    // process ends.
    posix_spawn_file_actions_addclosefrom_np(&files, 3);

    const auto arguments = pointers_to(command);
    const auto variables = pointers_to(environment);
    pid_t pid = 0;
    const int error =
        ::posix_spawn(&pid, arguments.front(), &files, nullptr, arguments.data(), variables.data());
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

std::vector<std::string> variables_from(std::initializer_list<std::string_view> beginnings) {
    std::vector<std::string> found;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view text{*variable};
        if (std::ranges::any_of(beginnings, [&](auto one) { return text.starts_with(one); }))
            found.emplace_back(text);
    }
    return found;
}

}  // namespace frontrow::io
