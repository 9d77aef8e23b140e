#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace frontrow::io {

/// An open file, closed with the object. One thread. Faults name the file and say what the system
/// said.
class File {
public:
    static Result<File, Fault> open_to_read(const std::filesystem::path& path);
    /// A new one; fails where there is one.
    static Result<File, Fault> create(const std::filesystem::path& path);

    File(File&& other) noexcept;
    File& operator=(File&&) = delete;
    ~File();

    Result<std::uint64_t, Fault> size() const;
    /// How many bytes came; fewer than there is room for only at the end.
    Result<std::size_t, Fault> read(std::span<char> into);
    /// The next read begins with the first byte.
    Result<void, Fault> rewind();
    Result<void, Fault> write(std::string_view bytes);
    /// When it returns, what was written is on the disk.
    Result<void, Fault> sync();

private:
    File(int descriptor, std::filesystem::path path)
        : descriptor_{descriptor}, path_{std::move(path)} {}
    Fault fault(const char* what) const;

    int descriptor_ = -1;
    std::filesystem::path path_;
};

/// Makes the names of the files in this folder durable.
Result<void, Fault> sync_folder(const std::filesystem::path& folder);
/// Has what was made, renamed or removed in the file's folder on the disk.
Result<void, Fault> sync_folder_of(const std::filesystem::path& file);

enum class IfThere : std::uint8_t { refuse, replace };

/// Gives a finished file its name in the same folder, both durable when it returns: after a crash
/// there is the whole file under that name, or what was there before. Where it fails, `file` is
/// removed.
Result<void, Fault>
publish(const std::filesystem::path& file, const std::filesystem::path& name, IfThere if_there);

}  // namespace frontrow::io
