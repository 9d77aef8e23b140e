#include "io/line_writer.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace frontrow::io {
namespace {

constexpr std::chrono::seconds kLastPatience{1};

/// Writes the lines, and waits as long as necessary. Returns the part that couldn't be written
/// because of an error.
std::string_view write_lines(int descriptor, std::string_view lines) {
    while (!lines.empty()) {
        const auto written = ::write(descriptor, lines.data(), lines.size());
        if (written >= 0) {
            lines.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            // EAGAIN: another process that shares this open file made it non-blocking. Don't change
            // that; wait until it is writable.
            pollfd out{.fd = descriptor, .events = POLLOUT, .revents = 0};
            ::poll(&out, 1, -1);
        } else if (errno != EINTR) {
            return lines;
        }
    }
    return lines;
}

}  // namespace

/// What the writer and its thread share. If the thread still waits for a reader when the writer is
/// destroyed, this outlives the writer. So it has a descriptor of its own for the file.
struct LineWriter::Shared {
    Shared(int file, std::function<std::string(std::uint64_t)> tell)
        : descriptor{::fcntl(file, F_DUPFD_CLOEXEC, 0)}, tell_dropped{std::move(tell)} {}
    ~Shared() {
        if (descriptor >= 0) ::close(descriptor);
    }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    int descriptor;
    std::function<std::string(std::uint64_t)> tell_dropped;
    std::mutex mutex;
    std::condition_variable has_work;
    std::condition_variable has_ended;
    std::string waiting;
    std::uint64_t dropped = 0;
    bool is_closing = false;
    bool is_ended = false;

    void run();
};

void LineWriter::Shared::run() {
    std::string lines;
    std::uint64_t told = 0;
    std::unique_lock lock{mutex};
    for (;;) {
        has_work.wait(lock, [this] { return !waiting.empty() || is_closing; });
        if (waiting.empty()) break;
        lines.swap(waiting);
        const auto missing = dropped - told;
        lock.unlock();
        // If the queue was full, the missing lines came after `lines`, so the report comes last.
        if (missing > 0) lines += tell_dropped(missing);
        const auto left = write_lines(descriptor, lines);
        // The last line is our own report. If it couldn't be written, it isn't counted as dropped,
        // and the next report counts the same missing lines again.
        const bool is_untold = missing > 0 && !left.empty();
        const auto lost = static_cast<std::uint64_t>(std::ranges::count(left, '\n'));
        lines.clear();
        lock.lock();
        dropped += is_untold ? lost - 1 : lost;
        if (!is_untold) told += missing;
    }
    is_ended = true;
    has_ended.notify_all();
}

LineWriter::LineWriter(int descriptor, std::function<std::string(std::uint64_t)> tell_dropped)
    : shared_{std::make_shared<Shared>(descriptor, std::move(tell_dropped))},
      thread_{[shared = shared_] { shared->run(); }} {
}

LineWriter::~LineWriter() {
    std::unique_lock lock{shared_->mutex};
    shared_->is_closing = true;
    shared_->has_work.notify_one();
    const bool is_ended =
        shared_->has_ended.wait_for(lock, kLastPatience, [this] { return shared_->is_ended; });
    lock.unlock();
    if (is_ended) {
        thread_.join();
    } else {
        thread_.detach();
    }
}

void LineWriter::write(std::string_view line) {
    const std::lock_guard lock{shared_->mutex};
    if (shared_->waiting.size() + line.size() > kWaitingBytesMax) {
        ++shared_->dropped;
        return;
    }
    const bool was_idle = shared_->waiting.empty();
    shared_->waiting += line;
    if (was_idle) shared_->has_work.notify_one();
}

std::uint64_t LineWriter::dropped() const {
    const std::lock_guard lock{shared_->mutex};
    return shared_->dropped;
}

}  // namespace frontrow::io
