#include "io/server_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace frontrow::io {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPatience{5'000};

std::unexpected<Fault> failed(const std::string& what, int error) {
    return std::unexpected(Fault{FaultKind::unavailable, what + ": " + std::strerror(error)});
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// What the child does between fork and exec, where only calls that are safe in a signal handler
/// are allowed.
struct Launch {
    const char* folder;
    const char* log;
    int failure;
    pid_t parent;
    char* const* arguments;
    char* const* environment;

    [[noreturn]] void run() const {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        signal(SIGPIPE, SIG_DFL);
        const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
        const int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const bool is_set_up =
            dup2(nothing, 0) == 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2 && chdir(folder) == 0;
        if (is_set_up && getppid() == parent) execve(arguments[0], arguments, environment);
        const int error = errno;
        [[maybe_unused]] const auto written = write(failure, &error, sizeof error);
        _exit(127);
    }
};

}  // namespace

Result<std::unique_ptr<ServerProcess>, Fault> ServerProcess::start(const Options& options) {
    auto command = options.command;
    auto environment = options.environment;
    const auto arguments = pointers_to(command);
    const auto variables = pointers_to(environment);
    std::array<int, 2> failure{};
    if (pipe2(failure.data(), O_CLOEXEC) != 0) return failed("can't make a pipe", errno);
    const Launch launch{
        .folder = options.folder.c_str(),
        .log = options.log.c_str(),
        .failure = failure[1],
        .parent = getpid(),
        .arguments = arguments.data(),
        .environment = variables.data(),
    };
    const pid_t pid = fork();
    if (pid == 0) launch.run();
    const int fork_error = errno;
    close(failure[1]);
    int exec_error = 0;
    // If exec succeeds, it closes the pipe and the read finds no bytes.
    if (pid > 0 && read(failure[0], &exec_error, sizeof exec_error) <= 0) exec_error = 0;
    close(failure[0]);
    if (pid < 0) return failed("can't start " + command.front(), fork_error);
    // Not pidfd_open(): glibc 2.36 declares it without `extern "C"`.
    const int process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    std::unique_ptr<ServerProcess> child{new ServerProcess{pid, process}};
    if (exec_error != 0) return failed("can't run " + command.front(), exec_error);
    return child;
}

ServerProcess::~ServerProcess() {
    end(kPatience);
    close(process_);
}

std::optional<int> ServerProcess::wait(std::chrono::milliseconds patience) {
    if (exit_code_) return exit_code_;
    pollfd ended{.fd = process_, .events = POLLIN, .revents = 0};
    const auto deadline = Steady::now() + patience;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
        const int found = poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (found > 0) break;
        if (found == 0 || errno != EINTR) return std::nullopt;
    }
    int status = 0;
    if (waitpid(pid_, &status, 0) != pid_) return std::nullopt;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit_code_;
}

int ServerProcess::end(std::chrono::milliseconds patience) {
    if (exit_code_) return *exit_code_;
    ::kill(pid_, SIGTERM);
    if (const auto code = wait(patience)) return *code;
    ::kill(-pid_, SIGKILL);
    return wait(kPatience).value_or(128 + SIGKILL);
}

}  // namespace frontrow::io
