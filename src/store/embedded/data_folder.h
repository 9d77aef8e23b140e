#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <filesystem>

namespace frontrow::store::embedded {

/// A data folder that this process alone may write, from open() until destruction: the lock goes
/// with the process, however it ends. Files that it doesn't know are left alone.
class DataFolder {
public:
    /// Makes the folder, durably, if need be. Faults: in_use where another process has it,
    /// unavailable where it can't be made or written.
    static Result<DataFolder, io::Fault> open(const std::filesystem::path& path);

    DataFolder(DataFolder&& other) noexcept;
    DataFolder& operator=(DataFolder&&) = delete;
    ~DataFolder();

    std::filesystem::path journal() const { return journal_of(path_); }
    std::filesystem::path head() const { return head_of(path_); }
    const std::filesystem::path& path() const { return path_; }

    static std::filesystem::path journal_of(const std::filesystem::path& folder) {
        return folder / "journal.db";
    }
    static std::filesystem::path head_of(const std::filesystem::path& folder) {
        return folder / "journal.head";
    }

private:
    DataFolder(std::filesystem::path path, int lock) : path_{std::move(path)}, lock_{lock} {}

    std::filesystem::path path_;
    int lock_ = -1;
};

}  // namespace frontrow::store::embedded
