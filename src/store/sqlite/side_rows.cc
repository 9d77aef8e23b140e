#include "store/sqlite/side_rows.h"

#include <cstdint>
#include <string>

namespace frontrow::store::sqlite {
namespace {

constexpr auto kSideTable = R"sql(
CREATE TABLE side_records (
    name    TEXT PRIMARY KEY,
    value   BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT;
)sql";
constexpr auto kWriteRow =
    "INSERT INTO side_records (name, value, version) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version";
constexpr auto kReadRows =
    "SELECT name, value, version FROM side_records WHERE name > ?1 AND name >= ?2"
    " ORDER BY name LIMIT ?3";

}  // namespace

Result<void, io::Fault> make_side_table(io::SqliteDatabase& database) {
    return database.execute(kSideTable);
}

Result<void, io::Fault> write_side_row(io::SqliteDatabase& database, const SideRecord& record) {
    auto write = database.prepare(kWriteRow);
    if (!write) return std::unexpected(write.error());
    write->bind_text(1, record.name);
    write->bind_blob(2, record.value);
    write->bind(3, static_cast<std::int64_t>(record.version));
    if (const auto done = write->step(); !done) return std::unexpected(done.error());
    return {};
}

Result<std::vector<SideRecord>, io::Fault> read_side_rows(
    io::SqliteDatabase& database,
    std::string_view from,
    std::string_view after,
    std::size_t at_most
) {
    auto read = database.prepare(kReadRows);
    if (!read) return std::unexpected(read.error());
    read->bind_text(1, after);
    read->bind_text(2, from);
    read->bind(3, static_cast<std::int64_t>(at_most));
    std::vector<SideRecord> records;
    for (;;) {
        const auto row = read->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return records;
        const auto name = read->text(0);
        // In a damaged file the tree may lead in a circle.
        if (name <= (records.empty() ? after : records.back().name)) {
            return std::unexpected(
                io::Fault{io::FaultKind::corrupt, "its side records are out of order"}
            );
        }
        records.push_back({
            .name = std::string{name},
            .value = std::string{read->text(1)},
            .version = static_cast<std::uint64_t>(read->integer(2)),
        });
    }
}

}  // namespace frontrow::store::sqlite
