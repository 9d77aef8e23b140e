#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

struct sqlite3;

namespace frontrow::test {

/// A stopped server's journal, to be read and tampered with behind its back, through SQLite.
/// Throws where SQLite does not do as told.
class JournalFile {
public:
    struct Row {
        std::int64_t batch = 0;
        std::int64_t first_seq = 0;
        std::int64_t last_seq = 0;
        /// As lines, however the row holds them.
        std::string facts;
        bool are_compressed = false;
        std::string hash;
    };

    explicit JournalFile(const std::filesystem::path& data_dir);
    ~JournalFile();
    JournalFile(const JournalFile&) = delete;
    JournalFile& operator=(const JournalFile&) = delete;

    std::vector<Row> rows() const;
    /// Replaces the row of the same number, as it is.
    void put(const Row& row);
    void remove(std::int64_t batch);
    /// Gives every row from `batch` on the hash that its content asks for: what a forger would do
    /// who has read how it's made.
    void forge_hashes_from(std::int64_t batch);

private:
    sqlite3* database_ = nullptr;
};

}  // namespace frontrow::test
