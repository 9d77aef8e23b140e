#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <chrono>
#include <filesystem>
#include <utility>

namespace frontrow::io {

/// A lock between processes of one machine. It locks a file that has no other use. The system
/// releases the lock when the process ends, however it ends. One thread.
class FileLock {
public:
    /// Holds the lock; releases it when destroyed.
    class Held {
    public:
        explicit Held(int descriptor) : descriptor_{descriptor} {}
        Held(Held&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
        Held& operator=(Held&&) = delete;
        ~Held();

    private:
        int descriptor_;
    };

    /// Creates the file if needed, accessible to its user only. Faults: unavailable.
    static Result<FileLock, Fault> open(const std::filesystem::path& file);
    FileLock(FileLock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

    /// Blocks the thread while another process holds the lock. Faults: in_use (still held after
    /// `patience`), unavailable.
    Result<Held, Fault> take(std::chrono::milliseconds patience) const;

private:
    explicit FileLock(int descriptor) : descriptor_{descriptor} {}

    int descriptor_;
};

}  // namespace frontrow::io
