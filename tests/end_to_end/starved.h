#pragma once

#include "support/temp_folder.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

namespace frontrow::test {

/// From now on no file of this process can grow beyond `bytes`.
void limit_file_size(pid_t process, std::uint64_t bytes);

/// A small disk in memory that a test can fill up. Only this process and its children see it, and
/// it ends with them.
class SmallDisk {
public:
    /// Returns nothing if disks can't be mounted; `why` then says the reason.
    static std::unique_ptr<SmallDisk> mount(std::uint64_t bytes, std::string& why);
    ~SmallDisk();

    const std::filesystem::path& path() const { return folder_.path(); }
    std::uint64_t free_bytes() const;
    /// Fills the disk with a file until only `bytes` are free.
    void leave_free(std::uint64_t bytes) const;
    /// Removes that file.
    void make_room() const;

private:
    SmallDisk() = default;
    std::filesystem::path filler() const { return path() / "filler"; }

    TempFolder folder_;
};

}  // namespace frontrow::test
