#pragma once

#include "crash/journal_history.h"
#include "support/faulty_vfs.h"
#include "support/temp_folder.h"

#include <ostream>
#include <string>
#include <vector>

namespace frontrow::test {

/// What SQLite makes of a journal depends on the size of its pages and of its rows, and on whether
/// its log has been started anew since, over the remains of an older one.
struct JournalShape {
    std::string name;
    int page_size = 4'096;
    bool log_was_started_anew = false;
    /// The first, in which facts are text: what an older Frontrow left.
    bool is_first_format = false;

    friend void PrintTo(const JournalShape& shape, std::ostream* out) { *out << shape.name; }
};

std::vector<JournalShape> journal_shapes();

/// A journal that was written whole, as the files it left, in a folder where copies of it can be
/// broken and opened.
class JournalOnDisk {
public:
    JournalOnDisk(const JournalShape& shape, std::uint64_t seed);

    const std::filesystem::path& folder() const { return folder_.path(); }
    const History& history() const { return history_; }
    std::uint64_t batches() const { return history_.batches(); }
    const CrashImage& image() const { return image_; }
    /// The same journal as a clean stop leaves it: all in the database, no log.
    CrashImage checkpointed_image();

    /// Where in the log the commit of `batch` ends.
    std::size_t log_end(std::uint64_t batch) const;
    /// How many batches are whole if only the log's first `length` bytes are.
    std::uint64_t batches_within(std::size_t length) const;

    Recovery recover() { return test::recover(folder(), vfs_.name()); }
    const std::string& vfs() const { return vfs_.name(); }

private:
    TempFolder folder_;
    FaultyVfs vfs_;
    History history_;
    CrashImage image_;
    /// Where each commit in the log ends; the last is the last batch's.
    std::vector<std::size_t> commit_ends_;
};

}  // namespace frontrow::test
