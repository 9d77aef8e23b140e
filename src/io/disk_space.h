#pragma once

#include <cstdint>
#include <filesystem>

namespace frontrow::io {

/// Tells how many bytes an ordinary user may still write to the file system that holds a folder.
class DiskSpace {
public:
    virtual ~DiskSpace() = default;
    virtual std::uint64_t free_bytes(const std::filesystem::path& folder) const = 0;
};

class SystemDiskSpace final : public DiskSpace {
public:
    /// What can't be asked counts as full.
    std::uint64_t free_bytes(const std::filesystem::path& folder) const override;
};

}  // namespace frontrow::io
