#include "io/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace frontrow::io {
namespace {

Fault fault_about(const std::filesystem::path& path, const char* what) {
    return Fault{
        FaultKind::unavailable,
        std::string{"can't "} + what + " " + path.string() + ": " + std::strerror(errno)
    };
}

Result<void, Fault> sync_path(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    // Some file systems can't sync a folder on its own, and return EINVAL.
    const bool is_synced = descriptor >= 0 && (::fsync(descriptor) == 0 || errno == EINVAL);
    Result<void, Fault> done;
    if (!is_synced) done = std::unexpected(fault_about(path, "sync"));
    if (descriptor >= 0) ::close(descriptor);
    return done;
}

Result<void, Fault>
rename_to(const std::filesystem::path& file, const std::filesystem::path& name, IfThere if_there) {
    const unsigned flags = if_there == IfThere::refuse ? RENAME_NOREPLACE : 0;
    int failed = ::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, name.c_str(), flags);
    // Some file systems don't support RENAME_NOREPLACE. On those, rename() is good enough, because
    // callers have checked that the name is free.
    if (failed != 0 && errno == EINVAL && flags != 0) failed = ::rename(file.c_str(), name.c_str());
    if (failed != 0) return std::unexpected(fault_about(name, "make"));
    return {};
}

}  // namespace

Result<File, Fault> File::open_to_read(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return std::unexpected(fault_about(path, "open"));
    return File{descriptor, path};
}

Result<File, Fault> File::open_regular(const std::filesystem::path& path) {
    // Opening a pipe would otherwise wait for its writer.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return std::unexpected(fault_about(path, "open"));
    File file{descriptor, path};
    struct stat about{};
    if (::fstat(descriptor, &about) != 0) return std::unexpected(file.fault("read the kind of"));
    if (S_ISREG(about.st_mode)) return file;
    return std::unexpected(Fault{
        FaultKind::unusable, path.string() + " isn't a regular file, but a folder, pipe or device"
    });
}

Result<File, Fault> File::create(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return std::unexpected(fault_about(path, "make"));
    return File{descriptor, path};
}

File::File(File&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, path_{std::move(other.path_)} {
}

File::~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Fault File::fault(const char* what) const {
    return fault_about(path_, what);
}

Result<std::uint64_t, Fault> File::size() const {
    struct stat about{};
    if (::fstat(descriptor_, &about) != 0) return std::unexpected(fault("read the size of"));
    return static_cast<std::uint64_t>(about.st_size);
}

Result<FileAccess, Fault> File::access() const {
    struct stat about{};
    if (::fstat(descriptor_, &about) != 0) return std::unexpected(fault("read the mode of"));
    return FileAccess{.mode = about.st_mode & 07777U, .is_own = about.st_uid == ::geteuid()};
}

Result<bool, Fault> File::try_lock() {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno == EWOULDBLOCK) return false;
    return std::unexpected(fault("lock"));
}

bool File::is_at(const std::filesystem::path& path) const {
    struct stat own{};
    struct stat found{};
    return ::fstat(descriptor_, &own) == 0 && ::lstat(path.c_str(), &found) == 0 &&
           own.st_dev == found.st_dev && own.st_ino == found.st_ino;
}

Result<std::size_t, Fault> File::read(std::span<char> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto count = ::read(descriptor_, into.data() + done, into.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::unexpected(fault("read"));
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

Result<void, Fault> File::rewind() {
    if (::lseek(descriptor_, 0, SEEK_SET) != 0) return std::unexpected(fault("read"));
    return {};
}

Result<void, Fault> File::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::unexpected(fault("write"));
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void, Fault> File::sync() {
    if (::fdatasync(descriptor_) != 0) return std::unexpected(fault("sync"));
    return {};
}

Result<void, Fault> sync_folder(const std::filesystem::path& folder) {
    return sync_path(folder);
}

Result<void, Fault>
publish(const std::filesystem::path& file, const std::filesystem::path& name, IfThere if_there) {
    auto done = sync_path(file);
    if (done) done = rename_to(file, name, if_there);
    if (!done) {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        return done;
    }
    return sync_folder_of(name);
}

Result<void, Fault> sync_folder_of(const std::filesystem::path& file) {
    return sync_folder(file.has_parent_path() ? file.parent_path() : ".");
}

}  // namespace frontrow::io
