#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "io/sha256.h"
#include "io/sqlite.h"

#include <cstdint>
#include <optional>

namespace frontrow::store::sqlite {

/// What a backup says of its own length and content, in a table of its own beside the journal's. A
/// journal that was cut short at a batch still has a whole chain; against its mark it is short.
/// docs/journal.md says how to check it by hand.
struct EndMark {
    std::uint64_t batches = 0;
    std::uint64_t last_seq = 0;
    /// Of every batch's facts as lines, in order, however the rows hold them.
    io::Sha256Digest lines{};

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
