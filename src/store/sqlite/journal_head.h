#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/sqlite/journal.h"

#include <filesystem>
#include <optional>

namespace frontrow::store::sqlite {

/// A second note of where the journal ends, in a small file beside it. SQLite takes a damaged log
/// for one that ends earlier, which is right after a crash and wrong after a flipped bit. The note
/// is written after each commit and never synced: it can be older than the journal, never newer, so
/// a journal that ends before it has lost what was acknowledged.
class JournalHead {
public:
    /// A head that says `end`. Where there was none that can be read, the file is on the disk when
    /// this returns, so that a power cut never leaves a journal without its head.
    static Result<JournalHead, io::Fault>
    establish(const std::filesystem::path& file, const JournalEnd& end);
    JournalHead(JournalHead&& other) noexcept;
    JournalHead& operator=(JournalHead&&) = delete;
    ~JournalHead();

    /// Fails where writing does; the journal itself is whole then, but the disk isn't to be
    /// trusted.
    Result<void, io::Fault> write(const JournalEnd& end);

    /// Nothing where there is no note, or none of exactly the form in which it's written.
    static std::optional<JournalEnd> read(const std::filesystem::path& file);

private:
    explicit JournalHead(int file) : file_{file} {}
    Result<void, io::Fault> sync(const std::filesystem::path& path) const;

    int file_ = -1;
};

/// Refuses a journal that ends before its head says it did. `end` is where a replay ended.
Result<void, io::Fault> check_head(const std::filesystem::path& head_file, const JournalEnd& end);

}  // namespace frontrow::store::sqlite
