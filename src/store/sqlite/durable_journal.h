#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/sqlite/journal.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace frontrow::store::sqlite {

/// A folder's journal up to its last durable fact, for processes that only read it, whether or not
/// a server is running: `frontrow verify`, backups, snapshots, readers of the feed.
struct DurableJournal {
    /// `vfs` names an SQLite VFS; empty means the system's. Faults: unavailable if there is no
    /// journal, and those of Journal::open.
    static Result<DurableJournal, io::Fault>
    open(const std::filesystem::path& folder, const std::string& vfs = {});

    /// Refuses a journal that ends before the batch that its head names, and a journal without a
    /// readable head: every server writes a head and leaves it there when it stops. Faults:
    /// corrupt; unavailable if the head can't be read.
    Result<void, io::Fault> check_end() const;

    Journal journal;
    std::uint64_t newest_batch = 0;
    std::filesystem::path head_file;
    /// The head. It is read before the journal, which only ever grows, so a running server can't
    /// make the journal look short.
    std::optional<JournalEnd> acknowledged;
};

}  // namespace frontrow::store::sqlite
