#include "support/other_user.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <unistd.h>

namespace frontrow::test {
namespace {

namespace fs = std::filesystem;

constexpr int kCannotRun = 127;

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

/// The user for servers that refuse root; nothing if they run as the test's own user.
std::optional<passwd> other_user() {
    if (geteuid() != 0) return std::nullopt;
    for (const char* name : {"postgres", "nobody"}) {
        if (const auto* user = getpwnam(name)) return *user;
    }
    throw std::runtime_error("there is no user but root to run the server as");
}

/// What the child does between fork and exec, where only async-signal-safe calls are allowed.
struct Launch {
    char* const* arguments;
    char* const* environment;
    const char* log;
    pid_t parent;
    bool is_other_user;
    uid_t user;
    gid_t group;

    [[noreturn]] void run() const {
        const int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (dup2(nothing, 0) != 0 || dup2(out, 1) != 1 || dup2(out, 2) != 2) _exit(kCannotRun);
        if (is_other_user &&
            (setgroups(0, nullptr) != 0 || setgid(group) != 0 || setuid(user) != 0))
            _exit(kCannotRun);
        // If the parent ends, the kernel sends SIGQUIT. It makes PostgreSQL shut down immediately,
        // with its children, and remove its shared memory.
        prctl(PR_SET_PDEATHSIG, SIGQUIT);
        if (getppid() != parent || chdir("/") != 0) _exit(kCannotRun);
        execve(arguments[0], arguments, environment);
        _exit(kCannotRun);
    }
};

}  // namespace

std::string content_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

void give_away(const fs::path& path) {
    const auto user = other_user();
    if (!user) return;
    const auto give = [&](const fs::path& one) {
        if (lchown(one.c_str(), user->pw_uid, user->pw_gid) != 0) fail("chown " + one.string());
    };
    give(path);
    if (!fs::is_directory(path)) return;
    for (const auto& entry : fs::recursive_directory_iterator{path})
        give(entry.path());
}

pid_t spawn_as_other(std::vector<std::string> command, const fs::path& log) {
    std::vector<std::string> variables{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
    const auto pointers_to = [](std::vector<std::string>& texts) {
        std::vector<char*> pointers;
        pointers.reserve(texts.size() + 1);
        for (auto& text : texts)
            pointers.push_back(text.data());
        pointers.push_back(nullptr);
        return pointers;
    };
    const auto arguments = pointers_to(command);
    const auto environment = pointers_to(variables);
    const auto user = other_user();
    const Launch launch{
        .arguments = arguments.data(),
        .environment = environment.data(),
        .log = log.c_str(),
        .parent = getpid(),
        .is_other_user = user.has_value(),
        .user = user ? user->pw_uid : 0,
        .group = user ? user->pw_gid : 0,
    };
    const pid_t pid = fork();
    if (pid == 0) launch.run();
    if (pid < 0) fail("fork");
    return pid;
}

}  // namespace frontrow::test
