#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

struct sqlite3;

namespace frontrow::test {

/// The journal of a stopped server, to read and to tamper with through SQLite, without the program.
/// Throws if SQLite fails.
class JournalFile {
public:
    struct Row {
        std::int64_t batch = 0;
        std::int64_t first_seq = 0;
        std::int64_t last_seq = 0;
        /// As lines, even if the row is compressed.
        std::string facts;
        bool are_compressed = false;
        std::string hash;
    };

    explicit JournalFile(const std::filesystem::path& data_dir);
    ~JournalFile();
    JournalFile(const JournalFile&) = delete;
    JournalFile& operator=(const JournalFile&) = delete;

    std::vector<Row> rows() const;
    /// Replaces the row of the same number, without changing any hash.
    void put(const Row& row);
    void remove(std::int64_t batch);
    /// Makes the hash of `batch` and of each later row match the row's content, as a forger would
    /// who knows the format.
    void forge_hashes_from(std::int64_t batch);

private:
    sqlite3* database_ = nullptr;
};

}  // namespace frontrow::test
