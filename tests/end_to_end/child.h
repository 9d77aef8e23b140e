#pragma once

#include "support/temp_folder.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace frontrow::test {

/// How long a test waits for things that should happen at once: the machine may be busy, and
/// sanitizers are slow.
inline constexpr std::chrono::seconds kPatience{60};

/// The frontrow program as a child process, in a process group and a working folder of its own.
/// However the test ends, the child is killed and reaped: by the destructor, or by the kernel if
/// the test itself is killed. Start it from the main thread: the kernel watches that thread's end.
class Child {
public:
    struct Options {
        std::vector<std::string> arguments;
        /// `NAME=value`. The child inherits nothing else, except what programs and sanitizers need
        /// to run.
        std::vector<std::string> environment;
        /// Runs as the user nobody; only root can.
        bool as_nobody = false;
        /// The files in its working folder, by path.
        std::map<std::string, std::string> files = {};
        /// Runs this program instead of this build's.
        std::string program = {};
        /// Its standard output goes to this file instead of a pipe; /dev/full accepts nothing.
        std::string out_file = {};
        /// Its standard output is closed.
        bool has_no_out = false;
        /// Signals that are ignored when it starts, as with nohup.
        std::vector<int> ignored = {};
    };

    explicit Child(const Options& options);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t pid() const { return pid_; }
    void signal(int number) const;
    /// Sends SIGKILL to the whole group and reaps the child.
    void kill();
    /// The exit code, or 128 plus the signal's number as in a shell. Nothing if it still runs after
    /// `time`.
    std::optional<int> wait(std::chrono::milliseconds time = kPatience);

    /// Leaves its output unread until read_on() or its end.
    void stop_reading() { set_reading(false); }
    void read_on() { set_reading(true); }

    /// Its output so far; complete once wait() or kill() has returned.
    std::string out() const;
    std::string err() const;
    /// The first line on stderr that contains `text`. Nothing if it doesn't come in time, or the
    /// child ends without it.
    std::optional<std::string>
    wait_for_line(std::string_view text, std::chrono::milliseconds time = kPatience) const;

private:
    void set_reading(bool reads);
    void read_output();

    TempFolder working_folder_;
    pid_t pid_ = -1;
    int process_ = -1;
    int out_pipe_ = -1;
    int err_pipe_ = -1;
    std::optional<int> exit_code_;

    mutable std::mutex mutex_;
    mutable std::condition_variable has_written_;
    std::string out_;
    std::string err_;
    bool is_read_ = false;
    bool reads_ = true;
    std::thread reader_;
};

/// The result of a command that has ended.
struct Finished {
    int exit_code = -1;
    std::string out;
    std::string err;
};

/// Runs the program until it ends. Throws if it can't be started or doesn't end.
Finished run_program(const Child::Options& options);
/// Runs `frontrow arguments…` until it ends.
Finished run_program(
    std::vector<std::string> arguments,
    std::vector<std::string> environment = {},
    bool as_nobody = false
);

}  // namespace frontrow::test
