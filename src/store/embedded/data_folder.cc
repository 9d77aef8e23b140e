#include "store/embedded/data_folder.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace frontrow::store::embedded {
namespace {

std::unexpected<io::Fault> unavailable(const std::filesystem::path& path, const std::string& why) {
    return std::unexpected(io::Fault{
        io::FaultKind::unavailable, "can't use the data folder " + path.string() + ": " + why
    });
}

}  // namespace

Result<DataFolder, io::Fault> DataFolder::open(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return unavailable(path, error.message());
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
    : path_{std::move(other.path_)}, lock_{std::exchange(other.lock_, -1)} {
}

DataFolder::~DataFolder() {
    if (lock_ >= 0) ::close(lock_);
}

}  // namespace frontrow::store::embedded
