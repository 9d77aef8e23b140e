#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <filesystem>
#include <sys/types.h>
#include <vector>

namespace frontrow::store::sqlite {

/// A data folder that only this process may write, from open() until destruction. The lock is
/// released with the process, however it ends. Unknown files are left alone.
class DataFolder {
public:
    /// Creates the folder, durably, if needed. Faults: in_use if another process has it,
    /// unavailable if it can't be created or written.
    static Result<DataFolder, io::Fault> open(const std::filesystem::path& path);

    DataFolder(DataFolder&& other) noexcept;
    DataFolder& operator=(DataFolder&&) = delete;
    ~DataFolder();

    /// Remembers the identity of the journal's files, which must all be open.
    Result<void, io::Fault> note_files();
    /// Fails if a name no longer leads to the file that is open. Data written to a removed file is
    /// lost when the process ends, and a removed lock lets a second process write.
    Result<void, io::Fault> check_files() const;

    std::filesystem::path journal() const { return journal_of(path_); }
    std::filesystem::path head() const { return head_of(path_); }
    const std::filesystem::path& path() const { return path_; }

    // The names of a restore's files until they are complete.
    static constexpr auto kUnfinishedJournal = "journal.db.new";
    static constexpr auto kUnfinishedSide = "side.db.new";

    static std::filesystem::path journal_of(const std::filesystem::path& folder) {
        return folder / "journal.db";
    }
    static std::filesystem::path head_of(const std::filesystem::path& folder) {
        return folder / "journal.head";
    }
    static std::filesystem::path side_of(const std::filesystem::path& folder) {
        return folder / "side.db";
    }

private:
    struct NotedFile {
        std::filesystem::path path;
        dev_t device = 0;
        ino_t number = 0;
    };

    DataFolder(std::filesystem::path path, int lock) : path_{std::move(path)}, lock_{lock} {}
    io::Fault gone(const std::filesystem::path& file) const;

    std::filesystem::path path_;
    int lock_ = -1;
    std::vector<NotedFile> files_;
};

}  // namespace frontrow::store::sqlite
