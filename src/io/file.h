#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace frontrow::io {

/// Who may use a file.
struct FileAccess {
    /// Its permission bits, like 0600.
    unsigned mode = 0;
    /// It belongs to the user who runs this process.
    bool is_own = false;

    /// Neither its group nor others may read or write it.
    bool is_private() const { return (mode & 077U) == 0; }
};

/// An open file, closed when the object is destroyed. One thread. Faults name the file and include
/// the system's error text.
class File {
public:
    static Result<File, Fault> open_to_read(const std::filesystem::path& path);
    /// The same, but refuses a pipe or a device, which might have no end, or nothing to read yet.
    static Result<File, Fault> open_regular(const std::filesystem::path& path);
    /// Creates a new file; fails if it exists.
    static Result<File, Fault> create(const std::filesystem::path& path);

    File(File&& other) noexcept;
    File& operator=(File&&) = delete;
    ~File();

    Result<std::uint64_t, Fault> size() const;
    Result<FileAccess, Fault> access() const;
    /// Locks the file until this object is destroyed or the process ends, however it ends. Returns
    /// false if it is locked already.
    Result<bool, Fault> try_lock();
    /// Whether this name, which may be a link's, is still this file's own.
    bool is_at(const std::filesystem::path& path) const;
    /// Returns the number of bytes read; fewer than `into` has room for only at the end of the
    /// file.
    Result<std::size_t, Fault> read(std::span<char> into);
    /// The next read starts at the first byte.
    Result<void, Fault> rewind();
    Result<void, Fault> write(std::string_view bytes);
    /// When it returns, everything written is on the disk.
    Result<void, Fault> sync();

private:
    File(int descriptor, std::filesystem::path path)
        : descriptor_{descriptor}, path_{std::move(path)} {}
    Fault fault(const char* what) const;

    int descriptor_ = -1;
    std::filesystem::path path_;
};

/// Makes the names of this folder's files durable.
Result<void, Fault> sync_folder(const std::filesystem::path& folder);
/// Calls sync_folder() for the folder that contains `file`. Use it after a file was created,
/// renamed or removed there.
Result<void, Fault> sync_folder_of(const std::filesystem::path& file);

enum class IfThere : std::uint8_t { refuse, replace };

/// Renames a finished file within its folder. When it returns, content and name are durable. After
/// a crash before that, the name leads either to the whole file or to what it led to before. If it
/// fails, `file` is removed.
Result<void, Fault>
publish(const std::filesystem::path& file, const std::filesystem::path& name, IfThere if_there);

}  // namespace frontrow::io
