#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <chrono>
#include <filesystem>
#include <utility>

namespace frontrow::io {

/// A lock that processes of one machine take in turn, on a file that has nothing else in it. It
/// goes with the process, however that ends. One thread.
class FileLock {
public:
    /// The lock is this process's until this goes.
    class Held {
    public:
        explicit Held(int descriptor) : descriptor_{descriptor} {}
        Held(Held&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
        Held& operator=(Held&&) = delete;
        ~Held();

    private:
        int descriptor_;
    };

    /// Makes the file if need be, for its user alone. Faults: unavailable.
    static Result<FileLock, Fault> open(const std::filesystem::path& file);
    FileLock(FileLock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

    /// Blocks the thread while another has it. Faults: in_use (for longer than `patience`),
    /// unavailable.
    Result<Held, Fault> take(std::chrono::milliseconds patience) const;

private:
    explicit FileLock(int descriptor) : descriptor_{descriptor} {}

    int descriptor_;
};

}  // namespace frontrow::io
