#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "io/sha256.h"
#include "io/sqlite.h"
#include "store/side_records.h"

#include <cstdint>
#include <optional>

namespace frontrow::store::sqlite {

/// What a backup states about its side records.
struct SideMark {
    std::uint64_t records = 0;
    /// The version of the newest change of any record, erasures included.
    std::uint64_t last_version = 0;
    /// Digest of one line per record (name, version, value; name and value in hexadecimal digits),
    /// ordered by the bytes of the names, and a last line with `last_version`.
    io::Sha256Digest lines{};

    friend bool operator==(const SideMark&, const SideMark&) = default;
};

/// Computes a SideMark. The records must be added in the order of the mark's lines.
class SideTally {
public:
    void add(const SideRecord& record);
    SideMark finish(std::uint64_t last_version);

private:
    std::uint64_t records_ = 0;
    io::Sha256 sha_;
};

/// What a backup states about its own length and content, in a table beside the journal's. A
/// journal that was cut off at a batch still has a valid chain, but doesn't match its mark.
/// docs/journal.md says how to check it by hand.
struct EndMark {
    std::uint64_t batches = 0;
    std::uint64_t last_seq = 0;
    /// Digest of every batch's facts as lines, in order, however the rows store them.
    io::Sha256Digest lines{};
    /// Absent in a backup that was made before there were side records.
    std::optional<SideMark> side;

    friend bool operator==(const EndMark&, const EndMark&) = default;
};

/// Creates the empty table. Call it before the first row is added: the table then lies at the front
/// of the file, and a copy that was cut off can still say what is missing.
Result<void, io::Fault> make_end_mark_table(io::SqliteDatabase& database);
/// True if the file is a backup with a mark, judged by its schema alone.
Result<bool, io::Fault> has_end_mark_table(io::SqliteDatabase& database);
Result<void, io::Fault> write_end_mark(io::SqliteDatabase& database, const EndMark& mark);
/// Returns nothing for a file with only a journal, like the backups made before there were marks.
/// Faults: corrupt if the file has more than a journal, but not exactly one readable mark.
Result<std::optional<EndMark>, io::Fault> read_end_mark(io::SqliteDatabase& database);

}  // namespace frontrow::store::sqlite
