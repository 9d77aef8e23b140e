#pragma once

#include "support/temp_folder.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

namespace frontrow::test {

/// From now on no file of this process grows beyond `bytes`.
void limit_file_size(pid_t process, std::uint64_t bytes);

/// A small disk of its own in memory, that a test can fill up. Only this process and its children
/// see it, and it goes with them.
class SmallDisk {
public:
    /// Nothing where disks can't be mounted; `why` says so then.
    static std::unique_ptr<SmallDisk> mount(std::uint64_t bytes, std::string& why);
    ~SmallDisk();

    const std::filesystem::path& path() const { return folder_.path(); }
    std::uint64_t free_bytes() const;
    /// Makes another program's file so large that so much is left.
    void leave_free(std::uint64_t bytes) const;
    /// Removes that file.
    void make_room() const;

private:
    SmallDisk() = default;
    std::filesystem::path filler() const { return path() / "filler"; }

    TempFolder folder_;
};

}  // namespace frontrow::test
