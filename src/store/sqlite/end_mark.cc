#include "store/sqlite/end_mark.h"

#include <algorithm>

namespace frontrow::store::sqlite {
namespace {

using io::Fault;
using io::FaultKind;
using io::SqliteDatabase;

constexpr auto kMarkSchema = R"sql(
CREATE TABLE end_mark (
    batches      INTEGER NOT NULL,
    last_seq     INTEGER NOT NULL,
    lines_sha256 BLOB NOT NULL
) STRICT;
)sql";

constexpr auto kMarkInsert =
    "INSERT INTO end_mark (batches, last_seq, lines_sha256) VALUES (?1, ?2, ?3)";
constexpr auto kMarkSelect = "SELECT batches, last_seq, lines_sha256 FROM end_mark";

Result<std::int64_t, Fault> count(SqliteDatabase& database, std::string_view sql) {
    auto statement = database.prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    return statement->integer(0);
}

/// Nothing unless there is exactly one row, of the right form.
std::optional<EndMark> read_single_row(SqliteDatabase& database) {
    auto select = database.prepare(kMarkSelect);
    if (!select || !select->step().value_or(false)) return std::nullopt;
    EndMark mark{
        .batches = static_cast<std::uint64_t>(select->integer(0)),
        .last_seq = static_cast<std::uint64_t>(select->integer(1)),
    };
    if (select->blob(2).size() != mark.lines.size()) return std::nullopt;
    std::ranges::copy(select->blob(2), mark.lines.begin());
    if (select->step().value_or(true)) return std::nullopt;
    return mark;
}

}  // namespace

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
    if (const auto done = insert->step(); !done) return std::unexpected(done.error());
    return {};
}

Result<std::optional<EndMark>, Fault> read_end_mark(SqliteDatabase& database) {
    // By the number of tables and not by the mark's name: no single flipped bit makes a sealed
    // backup look like one without a mark.
    const auto tables = count(database, "SELECT count(*) FROM sqlite_schema");
    if (!tables) return std::unexpected(tables.error());
    if (*tables == 1) return std::nullopt;
    const auto mark = read_single_row(database);
    if (mark) return mark;
    return std::unexpected(Fault{FaultKind::corrupt, "its end mark can't be read"});
}

}  // namespace frontrow::store::sqlite
