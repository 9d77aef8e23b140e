#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/sqlite/journal.h"

#include <filesystem>
#include <optional>

namespace frontrow::store::sqlite {

/// A second record of the journal's end, in a small file beside it. SQLite treats a damaged log as
/// one that ends earlier. That is correct if a crash cut the log off, but wrong if a bit was
/// flipped. The head is written after each commit and never synced. It can be older than the
/// journal but never newer, so a journal that ends before its head has lost acknowledged facts.
class JournalHead {
public:
    /// Writes a head with `end`. If there was no readable head, the file is durable when this
    /// returns, so that a power cut never leaves a journal without its head.
    static Result<JournalHead, io::Fault>
    establish(const std::filesystem::path& file, const JournalEnd& end);
    JournalHead(JournalHead&& other) noexcept;
    JournalHead& operator=(JournalHead&&) = delete;
    ~JournalHead();

    /// Fails if writing fails. The journal itself is complete in that case, but the disk can't be
    /// trusted.
    Result<void, io::Fault> write(const JournalEnd& end);

    /// Nothing if there is no head, or if it isn't of exactly the written form.
    static std::optional<JournalEnd> read(const std::filesystem::path& file);

private:
    explicit JournalHead(int file) : file_{file} {}
    Result<void, io::Fault> sync(const std::filesystem::path& path) const;

    int file_ = -1;
};

/// Refuses a journal that ends before its head. `end` is where a replay ended.
Result<void, io::Fault> check_head(const std::filesystem::path& head_file, const JournalEnd& end);

}  // namespace frontrow::store::sqlite
