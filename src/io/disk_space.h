#pragma once

#include <cstdint>
#include <filesystem>

namespace frontrow::io {

/// Reports how many bytes an unprivileged user may still write to the file system that contains
/// `folder`.
class DiskSpace {
public:
    virtual ~DiskSpace() = default;
    virtual std::uint64_t free_bytes(const std::filesystem::path& folder) const = 0;
};

class SystemDiskSpace final : public DiskSpace {
public:
    /// A file system that can't be queried counts as full.
    std::uint64_t free_bytes(const std::filesystem::path& folder) const override;
};

}  // namespace frontrow::io
