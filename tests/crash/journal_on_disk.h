#pragma once

#include "crash/journal_history.h"
#include "support/faulty_vfs.h"
#include "support/temp_folder.h"

#include <ostream>
#include <string>
#include <vector>

namespace frontrow::test {

/// The properties that decide how SQLite stores a journal: the size of its pages and of its rows,
/// and whether its log was started anew over the remains of an older one.
struct JournalShape {
    std::string name;
    int page_size = 4'096;
    bool log_was_started_anew = false;
    /// The first format, in which facts are text, as an old Frontrow wrote it.
    bool is_first_format = false;

    friend void PrintTo(const JournalShape& shape, std::ostream* out) { *out << shape.name; }
};

std::vector<JournalShape> journal_shapes();

/// The files that a complete journal left, and a folder where copies of them can be damaged and
/// opened.
class JournalOnDisk {
public:
    JournalOnDisk(const JournalShape& shape, std::uint64_t seed);

    const std::filesystem::path& folder() const { return folder_.path(); }
    const History& history() const { return history_; }
    std::uint64_t batches() const { return history_.batches(); }
    const CrashImage& image() const { return image_; }
    /// The files of the same journal after a clean stop: everything is in the database, and there
    /// is no log.
    CrashImage checkpointed_image();

    /// The position in the log where the commit of `batch` ends.
    std::size_t log_end(std::uint64_t batch) const;
    /// The number of complete batches in the first `length` bytes of the log.
    std::uint64_t batches_within(std::size_t length) const;

    Recovery recover() { return test::recover(folder(), vfs_.name()); }
    const std::string& vfs() const { return vfs_.name(); }

private:
    TempFolder folder_;
    FaultyVfs vfs_;
    History history_;
    CrashImage image_;
    /// The end of each commit in the log; the last one is the last batch's.
    std::vector<std::size_t> commit_ends_;
};

}  // namespace frontrow::test
