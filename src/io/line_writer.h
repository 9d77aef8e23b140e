#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace frontrow::io {

/// Writes lines to a descriptor on its own thread, so that callers never block on a full pipe. Up
/// to kWaitingBytesMax are queued. Lines beyond that, and lines whose write fails, are dropped and
/// counted; the next lines written are followed by one that says how many were dropped. Any thread.
class LineWriter {
public:
    static constexpr std::size_t kWaitingBytesMax = 1 << 20;

    /// `tell_dropped` makes the line, with its line end, that reports a number of dropped lines. It
    /// is called on the writer's thread, possibly after the writer is destroyed, so it must own
    /// what it uses.
    LineWriter(int descriptor, std::function<std::string(std::uint64_t)> tell_dropped);
    /// Waits until all queued lines are written, but at most a second.
    ~LineWriter();
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    /// `line` must end with a line end.
    void write(std::string_view line);
    std::uint64_t dropped() const;

private:
    struct Shared;

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace frontrow::io
