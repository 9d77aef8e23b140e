#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace frontrow::bench {

/// A temporary folder. The destructor deletes it with its content.
class ScratchFolder {
public:
    /// Created in `parent`, or in the system's temporary folder if that is empty.
    static Result<ScratchFolder, io::Fault> make(const std::filesystem::path& parent) {
        std::error_code error;
        const auto where = parent.empty() ? std::filesystem::temp_directory_path(error)
                                          : std::filesystem::absolute(parent, error);
        auto pattern = (where / "frontrow-bench-XXXXXX").string();
        if (error || mkdtemp(pattern.data()) == nullptr) {
            return std::unexpected(io::Fault{
                io::FaultKind::unavailable,
                "can't make a folder in " + where.string() + " for the store"
            });
        }
        return ScratchFolder{pattern};
    }
    ScratchFolder(ScratchFolder&& other) noexcept : path_{std::exchange(other.path_, {})} {}
    ScratchFolder& operator=(ScratchFolder&&) = delete;
    ~ScratchFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }

private:
    explicit ScratchFolder(std::filesystem::path path) : path_{std::move(path)} {}

    std::filesystem::path path_;
};

}  // namespace frontrow::bench
