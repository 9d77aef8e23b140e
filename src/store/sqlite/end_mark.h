#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "io/sha256.h"
#include "io/sqlite.h"
#include "store/side_records.h"

#include <cstdint>
#include <optional>

namespace frontrow::store::sqlite {

/// What a backup says of its side records.
struct SideMark {
    std::uint64_t records = 0;
    /// Of the newest change of any record, also of one that was erased.
    std::uint64_t last_version = 0;
    /// Of a line a record, in the order of the names' bytes (name and value in hexadecimal digits,
    /// the version between them), and of a last line with `last_version`.
    io::Sha256Digest lines{};

    friend bool operator==(const SideMark&, const SideMark&) = default;
};

/// Makes one, record by record in that order.
class SideTally {
public:
    void add(const SideRecord& record);
    SideMark finish(std::uint64_t last_version);

private:
    std::uint64_t records_ = 0;
    io::Sha256 sha_;
};

/// What a backup says of its own length and content, in a table of its own beside the journal's. A
/// journal that was cut short at a batch still has a whole chain; against its mark it is short.
/// docs/journal.md says how to check it by hand.
struct EndMark {
    std::uint64_t batches = 0;
    std::uint64_t last_seq = 0;
    /// Of every batch's facts as lines, in order, however the rows hold them.
    io::Sha256Digest lines{};
    /// Nothing in a backup that was made before there were side records.
    std::optional<SideMark> side;

    friend bool operator==(const EndMark&, const EndMark&) = default;
};

/// Makes the table, empty. Made before the first row it lies at the file's front, so that a copy
/// that was cut off can still say what it lacks.
Result<void, io::Fault> make_end_mark_table(io::SqliteDatabase& database);
/// Whether the file is a backup with a mark, by its schema alone.
Result<bool, io::Fault> has_end_mark_table(io::SqliteDatabase& database);
Result<void, io::Fault> write_end_mark(io::SqliteDatabase& database, const EndMark& mark);
/// Nothing for a file that holds a journal and nothing else, as backups did before there was a
/// mark. Faults: corrupt where there is more, and it isn't one mark that can be read.
Result<std::optional<EndMark>, io::Fault> read_end_mark(io::SqliteDatabase& database);

}  // namespace frontrow::store::sqlite
