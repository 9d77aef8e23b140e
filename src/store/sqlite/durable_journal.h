#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/sqlite/journal.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace frontrow::store::sqlite {

/// A folder's journal up to its last durable fact, for who only reads it, beside a running server
/// or not: `frontrow verify`, backups, snapshots, readers of the feed.
struct DurableJournal {
    /// `vfs`: the name of an SQLite VFS; the system's if empty. Faults: unavailable where there is
    /// no journal, and as Journal::open.
    static Result<DurableJournal, io::Fault>
    open(const std::filesystem::path& folder, const std::string& vfs = {});

    /// Refuses a journal that ends before what was acknowledged, and one of which nothing says
    /// where it ended: a server that runs, and one that has run, leave a head.
    Result<void, io::Fault> check_end() const;

    Journal journal;
    std::uint64_t newest_batch = 0;
    std::filesystem::path head_file;
    /// Read before the journal, which only ever grows, so that a running server can't make it look
    /// short.
    std::optional<JournalEnd> acknowledged;
};

}  // namespace frontrow::store::sqlite
