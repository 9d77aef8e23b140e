#include "end_to_end/journal_file.h"

#include "io/zstd.h"

#include <memory>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdexcept>

namespace frontrow::test {
namespace {

constexpr std::size_t kHashLength = 32;
constexpr std::size_t kFactsBytesMax = 1 << 30;

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Statement prepare(sqlite3* database, const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(database));
    return Statement{statement};
}

void run(sqlite3* database, const Statement& statement) {
    if (sqlite3_step(statement.get()) != SQLITE_DONE || sqlite3_changes(database) != 1)
        throw std::runtime_error(std::string{"no row changed: "} + sqlite3_errmsg(database));
}

std::string bytes_of(sqlite3_stmt* statement, int column) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
    const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return length == 0 ? std::string{} : std::string{bytes, length};
}

void append_big_endian(std::string& out, std::int64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift);
}

/// Decompresses the row's facts to lines.
JournalFile::Row as_lines(JournalFile::Row row) {
    if (row.are_compressed) row.facts = io::zstd_decompress(row.facts, kFactsBytesMax).value();
    return row;
}

/// Compresses the row's facts as the journal stores them. The same lines give the same frame.
JournalFile::Row as_stored(JournalFile::Row row) {
    if (row.are_compressed) row.facts = io::ZstdCompressor{}.compress(row.facts);
    return row;
}

/// See docs/journal.md: the previous hash, three numbers of eight bytes, the facts as stored.
std::string hash_of(const std::string& before, const JournalFile::Row& row) {
    auto text = before;
    for (const auto number : {row.batch, row.first_seq, row.last_seq})
        append_big_endian(text, number);
    text += as_stored(row).facts;
    std::string hash(kHashLength, '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(hash.data());
    if (EVP_Digest(text.data(), text.size(), bytes, nullptr, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("no SHA-256");
    return hash;
}

}  // namespace

JournalFile::JournalFile(const std::filesystem::path& data_dir) {
    const auto file = data_dir / "journal.db";
    if (sqlite3_open_v2(file.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
        throw std::runtime_error("can't open " + file.string());
}

JournalFile::~JournalFile() {
    sqlite3_close(database_);
}

std::vector<JournalFile::Row> JournalFile::rows() const {
    const auto statement = prepare(
        database_, "SELECT batch, first_seq, last_seq, facts, hash FROM journal ORDER BY batch"
    );
    auto* raw = statement.get();
    std::vector<Row> rows;
    while (sqlite3_step(raw) == SQLITE_ROW) {
        rows.push_back(as_lines({
            .batch = sqlite3_column_int64(raw, 0),
            .first_seq = sqlite3_column_int64(raw, 1),
            .last_seq = sqlite3_column_int64(raw, 2),
            .facts = bytes_of(raw, 3),
            .are_compressed = io::is_zstd_frame(bytes_of(raw, 3)),
            .hash = bytes_of(raw, 4),
        }));
    }
    return rows;
}

void JournalFile::put(const Row& row) {
    const auto statement = prepare(
        database_,
        "UPDATE journal SET first_seq = ?2, last_seq = ?3, facts = ?4, hash = ?5 WHERE batch = ?1"
    );
    auto* raw = statement.get();
    sqlite3_bind_int64(raw, 1, row.batch);
    sqlite3_bind_int64(raw, 2, row.first_seq);
    sqlite3_bind_int64(raw, 3, row.last_seq);
    const auto facts = as_stored(row).facts;
    if (row.are_compressed) {
        sqlite3_bind_blob64(raw, 4, facts.data(), facts.size(), SQLITE_STATIC);
    } else {
        sqlite3_bind_text64(raw, 4, facts.data(), facts.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    sqlite3_bind_blob64(raw, 5, row.hash.data(), row.hash.size(), SQLITE_STATIC);
    run(database_, statement);
}

void JournalFile::remove(std::int64_t batch) {
    const auto statement = prepare(database_, "DELETE FROM journal WHERE batch = ?1");
    sqlite3_bind_int64(statement.get(), 1, batch);
    run(database_, statement);
}

void JournalFile::forge_hashes_from(std::int64_t batch) {
    std::string before(kHashLength, '\0');
    for (auto row : rows()) {
        if (row.batch >= batch) {
            row.hash = hash_of(before, row);
            put(row);
        }
        before = row.hash;
    }
}

}  // namespace frontrow::test
