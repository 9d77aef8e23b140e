#include "end_to_end/starved.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <stdexcept>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace frontrow::test {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::runtime_error(std::string{what} + ": " + std::strerror(errno));
}

}  // namespace

void limit_file_size(pid_t process, std::uint64_t bytes) {
    const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
    if (prlimit(process, RLIMIT_FSIZE, &limit, nullptr) != 0) fail("prlimit");
}

std::unique_ptr<SmallDisk> SmallDisk::mount(std::uint64_t bytes, std::string& why) {
    std::unique_ptr<SmallDisk> disk{new SmallDisk};
    const auto options = "mode=0700,size=" + std::to_string(bytes);
    // The mount is in a namespace of its own, so it ends with the process.
    const bool is_mounted =
        unshare(CLONE_NEWNS) == 0 &&
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        ::mount("tmpfs", disk->path().c_str(), "tmpfs", 0, options.c_str()) == 0;
    if (is_mounted) return disk;
    why =
        std::string{"a small disk can't be mounted here (it takes root): "} + std::strerror(errno);
    return nullptr;
}

SmallDisk::~SmallDisk() {
    umount2(path().c_str(), MNT_DETACH);
}

std::uint64_t SmallDisk::free_bytes() const {
    struct statvfs disk{};
    if (statvfs(path().c_str(), &disk) != 0) fail("statvfs");
    return disk.f_bavail * disk.f_frsize;
}

void SmallDisk::leave_free(std::uint64_t bytes) const {
    const int file = open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) fail("open");
    auto length = lseek(file, 0, SEEK_END);
    // Other processes use disk space meanwhile, so it may need more than one try.
    for (auto free = free_bytes(); free > bytes; free = free_bytes()) {
        const auto more = static_cast<off_t>(free - bytes);
        const int error = posix_fallocate(file, length, more);
        if (error == 0) length += more;
        if (error != 0 && error != ENOSPC && error != EINTR) {
            close(file);
            throw std::system_error(error, std::generic_category(), "posix_fallocate");
        }
    }
    // The kernel counts free blocks per processor, and reports none while a few pages are left.
    constexpr off_t kPage = 4096;
    while (bytes == 0 && posix_fallocate(file, length, kPage) == 0)
        length += kPage;
    close(file);
}

void SmallDisk::make_room() const {
    std::filesystem::remove(filler());
}

}  // namespace frontrow::test
