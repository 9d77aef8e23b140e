#include "io/file_lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace frontrow::io {
namespace {

constexpr std::chrono::milliseconds kLockPause{2};

}  // namespace

FileLock::Held::~Held() {
    if (descriptor_ >= 0) ::flock(descriptor_, LOCK_UN);
}

Result<FileLock, Fault> FileLock::open(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor >= 0) return FileLock{descriptor};
    return std::unexpected(
        Fault{FaultKind::unavailable, "can't open " + file.string() + ": " + std::strerror(errno)}
    );
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<FileLock::Held, Fault> FileLock::take(std::chrono::milliseconds patience) const {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return std::unexpected(Fault{
                FaultKind::unavailable, std::string{"it can't be locked: "} + std::strerror(errno)
            });
        }
        if (std::chrono::steady_clock::now() >= until)
            return std::unexpected(Fault{FaultKind::in_use, "another process has it locked"});
        std::this_thread::sleep_for(kLockPause);
    }
    return Held{descriptor_};
}

}  // namespace frontrow::io
