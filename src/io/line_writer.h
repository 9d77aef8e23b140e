#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace frontrow::io {

/// Writes lines to a descriptor from a thread of its own, so that a pipe that nobody reads stops
/// nobody who has a line. Lines wait up to kWaitingBytesMax; those that come while there is no room
/// are dropped and counted, and a line says how many once there is room again. So are those that
/// can't be written at all. Any thread.
class LineWriter {
public:
    static constexpr std::size_t kWaitingBytesMax = 1 << 20;

    /// `tell_dropped` makes the line, with its line end, that stands for so many. It is called on
    /// the writer's thread, and may be after the writer's end, so it owns what it needs.
    LineWriter(int descriptor, std::function<std::string(std::uint64_t)> tell_dropped);
    /// Waits for what is still to be written, a second at most.
    ~LineWriter();
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    /// `line` ends in a line end.
    void write(std::string_view line);
    std::uint64_t dropped() const;

private:
    struct Shared;

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace frontrow::io
