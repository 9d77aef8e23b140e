#include "store/sqlite/data_folder.h"

#include "io/file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace frontrow::store::sqlite {
namespace {

std::unexpected<io::Fault> unavailable(const std::filesystem::path& path, const std::string& why) {
    return std::unexpected(io::Fault{
        io::FaultKind::unavailable, "can't use the data folder " + path.string() + ": " + why
    });
}

/// Creates the folder and its missing parents. Syncs the parent of each new folder; otherwise a
/// power cut could remove the folder together with a synced journal. Syncs the parent of an
/// existing folder as well, because an interrupted run may have created the folder. A fault of that
/// sync is ignored: the parent may belong to another user and can't be opened then.
Result<void, io::Fault> make_folders(const std::filesystem::path& path) {
    std::error_code error;
    std::vector<std::filesystem::path> missing;
    auto whole = std::filesystem::absolute(path, error).lexically_normal();
    if (!whole.has_filename()) whole = whole.parent_path();
    for (auto folder = whole; !std::filesystem::exists(folder, error) && folder.has_relative_path();
         folder = folder.parent_path())
        missing.push_back(folder);
    std::filesystem::create_directories(path, error);
    if (error) return unavailable(path, error.message());
    if (missing.empty()) (void)io::sync_folder(whole.parent_path());
    for (const auto& folder : missing) {
        if (auto synced = io::sync_folder(folder.parent_path()); !synced) return synced;
    }
    return {};
}

}  // namespace

Result<DataFolder, io::Fault> DataFolder::open(const std::filesystem::path& path) {
    if (auto made = make_folders(path); !made) return std::unexpected(made.error());
    const auto file = path / "lock";
    const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return unavailable(path, std::strerror(errno));
    DataFolder folder{path, lock};
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return unavailable(path, std::strerror(errno));
        return std::unexpected(io::Fault{
            io::FaultKind::in_use,
            "the data folder " + path.string() +
                " is in use by another frontrow; stop that one or choose another folder with "
                "--data-dir",
        });
    }
    return folder;
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_{std::move(other.path_)},
      lock_{std::exchange(other.lock_, -1)},
      files_{std::move(other.files_)} {
}

DataFolder::~DataFolder() {
    if (lock_ >= 0) ::close(lock_);
}

Result<void, io::Fault> DataFolder::note_files() {
    files_.clear();
    for (const auto* name :
         {"lock", "journal.db", "journal.db-wal", "journal.db-shm", "journal.head"}) {
        const auto file = path_ / name;
        struct stat found{};
        const bool is_lock = files_.empty();
        if ((is_lock ? ::fstat(lock_, &found) : ::stat(file.c_str(), &found)) != 0)
            return std::unexpected(gone(file));
        files_.push_back({file, found.st_dev, found.st_ino});
    }
    return {};
}

Result<void, io::Fault> DataFolder::check_files() const {
    for (const auto& noted : files_) {
        struct stat found{};
        if (::stat(noted.path.c_str(), &found) == 0) {
            if (found.st_dev == noted.device && found.st_ino == noted.number) continue;
            return std::unexpected(io::Fault{
                io::FaultKind::unavailable, noted.path.string() + " was replaced while it was open"
            });
        }
        // No other error proves that the file is gone.
        if (errno == ENOENT || errno == ENOTDIR) return std::unexpected(gone(noted.path));
    }
    return {};
}

io::Fault DataFolder::gone(const std::filesystem::path& file) const {
    std::error_code ignored;
    const bool has_folder = std::filesystem::is_directory(path_, ignored);
    return {
        io::FaultKind::unavailable,
        (has_folder ? file.string() : "the data folder " + path_.string()) +
            " is gone: it was removed or moved away while it was in use"
    };
}

}  // namespace frontrow::store::sqlite
