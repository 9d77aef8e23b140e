#include "store/sqlite/end_mark.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace frontrow::store::sqlite {
namespace {

using io::Fault;
using io::FaultKind;
using io::SqliteDatabase;

constexpr auto kMarkSchema = R"sql(
CREATE TABLE end_mark (
    batches      INTEGER NOT NULL,
    last_seq     INTEGER NOT NULL,
    lines_sha256 BLOB NOT NULL,
    side_records INTEGER NOT NULL,
    side_version INTEGER NOT NULL,
    side_sha256  BLOB NOT NULL
) STRICT;
)sql";

constexpr auto kMarkInsert = "INSERT INTO end_mark VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr auto kMarkSelect =
    "SELECT batches, last_seq, lines_sha256, side_records, side_version, side_sha256 FROM end_mark";
/// The mark of a backup that was made before there were side records.
constexpr auto kOldMarkSelect = "SELECT batches, last_seq, lines_sha256 FROM end_mark";

// The number of entries in a file's schema: only the journal, or the journal and a mark.
constexpr std::int64_t kJournalAlone = 1;
constexpr std::int64_t kJournalAndMark = 2;

std::string in_digits(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string digits;
    digits.reserve(bytes.size() * 2);
    for (const char one : bytes) {
        const auto byte = static_cast<unsigned char>(one);
        digits += kDigits[byte >> 4];
        digits += kDigits[byte & 0xF];
    }
    return digits;
}

Result<std::int64_t, Fault> count(SqliteDatabase& database, std::string_view sql) {
    auto statement = database.prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    return statement->integer(0);
}

bool read_digest(const io::SqliteStatement& row, int column, io::Sha256Digest& digest) {
    const auto found = row.blob(column);
    if (found.size() != digest.size()) return false;
    std::ranges::copy(found, digest.begin());
    return true;
}

/// Returns nothing unless there is exactly one row, of the right form.
std::optional<EndMark> read_single_row(SqliteDatabase& database, bool has_side) {
    auto select = database.prepare(kMarkSelect);
    // The mark must have columns for side records if and only if the file has a table of them.
    if (select.has_value() != has_side) return std::nullopt;
    if (!has_side) select = database.prepare(kOldMarkSelect);
    if (!select || !select->step().value_or(false)) return std::nullopt;
    EndMark mark{
        .batches = static_cast<std::uint64_t>(select->integer(0)),
        .last_seq = static_cast<std::uint64_t>(select->integer(1)),
    };
    if (!read_digest(*select, 2, mark.lines)) return std::nullopt;
    if (has_side) {
        auto& side = mark.side.emplace();
        side.records = static_cast<std::uint64_t>(select->integer(3));
        side.last_version = static_cast<std::uint64_t>(select->integer(4));
        if (!read_digest(*select, 5, side.lines)) return std::nullopt;
    }
    if (select->step().value_or(true)) return std::nullopt;
    return mark;
}

}  // namespace

void SideTally::add(const SideRecord& record) {
    ++records_;
    sha_.update(
        in_digits(record.name) + " " + std::to_string(record.version) + " " +
        in_digits(record.value) + "\n"
    );
}

SideMark SideTally::finish(std::uint64_t last_version) {
    sha_.update(std::to_string(last_version) + "\n");
    return {.records = records_, .last_version = last_version, .lines = sha_.finish()};
}

Result<void, Fault> make_end_mark_table(SqliteDatabase& database) {
    return database.execute(kMarkSchema);
}

Result<bool, Fault> has_end_mark_table(SqliteDatabase& database) {
    const auto tables =
        count(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'end_mark'");
    if (!tables) return std::unexpected(tables.error());
    return *tables > 0;
}

Result<void, Fault> write_end_mark(SqliteDatabase& database, const EndMark& mark) {
    auto insert = database.prepare(kMarkInsert);
    if (!insert) return std::unexpected(insert.error());
    insert->bind(1, static_cast<std::int64_t>(mark.batches));
    insert->bind(2, static_cast<std::int64_t>(mark.last_seq));
    insert->bind(3, mark.lines);
    const auto side = mark.side.value();
    insert->bind(4, static_cast<std::int64_t>(side.records));
    insert->bind(5, static_cast<std::int64_t>(side.last_version));
    insert->bind(6, side.lines);
    if (const auto done = insert->step(); !done) return std::unexpected(done.error());
    return {};
}

Result<std::optional<EndMark>, Fault> read_end_mark(SqliteDatabase& database) {
    // Decides by the number of tables and not by the mark's name, so that no single flipped bit
    // makes a sealed backup look like one without a mark.
    const auto tables = count(database, "SELECT count(*) FROM sqlite_schema");
    if (!tables) return std::unexpected(tables.error());
    if (*tables == kJournalAlone) return std::nullopt;
    const auto mark = read_single_row(database, *tables != kJournalAndMark);
    if (mark) return mark;
    return std::unexpected(Fault{FaultKind::corrupt, "its end mark can't be read"});
}

}  // namespace frontrow::store::sqlite
