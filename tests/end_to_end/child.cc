#include "end_to_end/child.h"

#include "support/paths.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace frontrow::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uid_t kNobody = 65'534;
/// The child exits with this code if it couldn't become frontrow.
constexpr int kCannotRun = 127;
constexpr auto kInherited =
    {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"};

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// The child's work between fork and exec, where only async-signal-safe calls are allowed.
struct Launch {
    const char* program;
    const char* folder;
    int out;
    int err;
    bool as_nobody;
    pid_t parent;
    char* const* arguments;
    char* const* environment;
    const char* out_file;
    bool has_no_out;
    const int* ignored;
    std::size_t ignored_count;

    [[noreturn]] void run() const {
        setpgid(0, 0);
        const int nothing = open("/dev/null", O_RDONLY);
        const bool is_set_up =
            dup2(nothing, 0) == 0 && dup2(out, 1) == 1 && dup2(err, 2) == 2 && chdir(folder) == 0;
        if (!is_set_up) _exit(kCannotRun);
        if (has_no_out) close(1);
        if (out_file != nullptr && dup2(open(out_file, O_WRONLY), 1) != 1) _exit(kCannotRun);
        for (std::size_t i = 0; i < ignored_count; ++i)
            ::signal(ignored[i], SIG_IGN);
        if (as_nobody &&
            (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0))
            _exit(kCannotRun);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(kCannotRun);
        execve(program, arguments, environment);
        _exit(kCannotRun);
    }
};

}  // namespace

Child::Child(const Options& options) {
    for (const auto& [name, text] : options.files) {
        const auto file = working_folder_.path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream{file} << text;
    }
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) fail("pipe");
    out_pipe_ = out[0];
    err_pipe_ = err[0];

    std::vector<std::string> arguments{"frontrow"};
    arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
    auto environment = options.environment;
    for (const char* name : kInherited) {
        const char* value = std::getenv(name);
        if (value != nullptr) environment.push_back(std::string{name} + "=" + value);
    }
    const auto argument_pointers = pointers_to(arguments);
    const auto environment_pointers = pointers_to(environment);
    const Launch launch{
        .program = options.program.empty() ? kFrontrowProgram : options.program.c_str(),
        .folder = working_folder_.path().c_str(),
        .out = out[1],
        .err = err[1],
        .as_nobody = options.as_nobody,
        .parent = getpid(),
        .arguments = argument_pointers.data(),
        .environment = environment_pointers.data(),
        .out_file = options.out_file.empty() ? nullptr : options.out_file.c_str(),
        .has_no_out = options.has_no_out,
        .ignored = options.ignored.data(),
        .ignored_count = options.ignored.size(),
    };
    pid_ = fork();
    if (pid_ == 0) launch.run();
    close(out[1]);
    close(err[1]);
    if (pid_ < 0) fail("fork");
    setpgid(pid_, pid_);
    // The header of glibc 2.36 doesn't declare pidfd_open() as a C function.
    process_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    reader_ = std::thread{[this] { read_output(); }};
}

Child::~Child() {
    read_on();
    kill();
    reader_.join();
    for (const int file : {process_, out_pipe_, err_pipe_})
        close(file);
}

void Child::signal(int number) const {
    if (!exit_code_) ::kill(pid_, number);
}

void Child::kill() {
    if (exit_code_) return;
    ::kill(-pid_, SIGKILL);
    wait();
}

std::optional<int> Child::wait(std::chrono::milliseconds time) {
    if (exit_code_) return exit_code_;
    pollfd ended{.fd = process_, .events = POLLIN, .revents = 0};
    const auto deadline = Clock::now() + time;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        const int found = poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (found > 0) break;
        if (found == 0) return std::nullopt;
        if (errno != EINTR) fail("poll");
    }
    int status = 0;
    if (waitpid(pid_, &status, 0) != pid_) fail("waitpid");
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    read_on();
    std::unique_lock lock{mutex_};
    has_written_.wait(lock, [this] { return is_read_; });
    return exit_code_;
}

std::string Child::out() const {
    const std::lock_guard lock{mutex_};
    return out_;
}

std::string Child::err() const {
    const std::lock_guard lock{mutex_};
    return err_;
}

std::optional<std::string>
Child::wait_for_line(std::string_view text, std::chrono::milliseconds time) const {
    const auto deadline = Clock::now() + time;
    std::unique_lock lock{mutex_};
    for (;;) {
        const auto found = err_.find(text);
        const auto end = err_.find('\n', found);
        if (found != std::string::npos && end != std::string::npos) {
            const auto before = err_.rfind('\n', found);
            const auto begin = before == std::string::npos ? 0 : before + 1;
            return err_.substr(begin, end - begin);
        }
        if (is_read_ || has_written_.wait_until(lock, deadline) == std::cv_status::timeout)
            return std::nullopt;
    }
}

void Child::set_reading(bool reads) {
    const std::lock_guard lock{mutex_};
    reads_ = reads;
    has_written_.notify_all();
}

void Child::read_output() {
    std::array<pollfd, 2> pipes{
        pollfd{.fd = out_pipe_, .events = POLLIN, .revents = 0},
        pollfd{.fd = err_pipe_, .events = POLLIN, .revents = 0},
    };
    std::array<char, 16'384> bytes;
    while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
        if (poll(pipes.data(), pipes.size(), -1) < 0) continue;
        for (std::size_t i = 0; i < pipes.size(); ++i) {
            if (pipes[i].fd < 0 || pipes[i].revents == 0) continue;
            {
                std::unique_lock lock{mutex_};
                has_written_.wait(lock, [this] { return reads_; });
            }
            const auto length = read(pipes[i].fd, bytes.data(), bytes.size());
            if (length <= 0) pipes[i].fd = -1;
            const std::lock_guard lock{mutex_};
            if (length > 0)
                (i == 0 ? out_ : err_).append(bytes.data(), static_cast<std::size_t>(length));
            has_written_.notify_all();
        }
    }
    const std::lock_guard lock{mutex_};
    is_read_ = true;
    has_written_.notify_all();
}

Finished run_program(
    std::vector<std::string> arguments,
    std::vector<std::string> environment,
    bool as_nobody
) {
    return run_program(Child::Options{
        .arguments = std::move(arguments),
        .environment = std::move(environment),
        .as_nobody = as_nobody,
    });
}

Finished run_program(const Child::Options& options) {
    Child child{options};
    const auto exit_code = child.wait();
    if (!exit_code) throw std::runtime_error("frontrow didn't end:\n" + child.out() + child.err());
    return {.exit_code = *exit_code, .out = child.out(), .err = child.err()};
}

}  // namespace frontrow::test
