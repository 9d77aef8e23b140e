#include "io/disk_space.h"

#include <system_error>

namespace frontrow::io {

std::uint64_t SystemDiskSpace::free_bytes(const std::filesystem::path& folder) const {
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    return error ? 0 : space.available;
}

}  // namespace frontrow::io
