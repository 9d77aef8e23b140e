#pragma once

#include "base/check.h"
#include "base/result.h"
#include "base/text.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/task_leases.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::store {

/// Data that isn't a fact, because it may be erased, is secret, or changes too often: a reader's
/// cursor, a person's data, a webhook's secret.
struct SideRecord {
    /// For example `cursor/kafka` or `personal/<sub>`: one line of UTF-8.
    std::string name;
    /// Any bytes.
    std::string value;
    /// Rises with each change of any record and is never reused, even after the record is erased.
    /// So a version identifies one value.
    std::uint64_t version = 0;

    friend bool operator==(const SideRecord&, const SideRecord&) = default;
};

/// Cursors of readers of the facts have names with this prefix. A backup copies the cursors before
/// the facts, and all other records after them: a cursor ahead of the facts would make its reader
/// skip some, and a fact may refer to a record that was written just before it.
inline constexpr std::string_view kCursors = "cursor/";

/// Writes or erases a record, if it still has the version that the writer has seen.
struct SideChange {
    std::string name;
    /// Nothing: erase the record.
    std::optional<std::string> value;
    /// 0: the record must not exist.
    std::uint64_t expected_version = 0;
    /// The lease of the task that makes the change.
    std::optional<TaskLease> lease = std::nullopt;
};

enum class SideRefusal : std::uint8_t {
    /// Another process has taken the task since.
    lease_is_over,
    /// The record has another version than expected, or is missing, or exists already.
    version_differs,
};

/// The version of the change.
using SideOutcome = Result<std::uint64_t, SideRefusal>;

/// The port to the storage of side records. They are durable beside the journal and part of
/// backups. Readers of facts never see them.
///
/// Await everything on the executor's thread. Faults: unavailable, overloaded (nothing was done),
/// outcome_unknown (a change may have been made: find() returns the present record).
class SideRecords {
public:
    static constexpr std::size_t kNameCharactersMax = 512;
    static constexpr std::size_t kValueBytesMax = 64 << 10;
    /// Records per page; a page with fewer is the last.
    static constexpr std::size_t kPage = 100;

    virtual ~SideRecords() = default;

    virtual io::Awaitable<Result<std::optional<SideRecord>, io::Fault>> find(std::string name) = 0;
    /// The next page of records whose names start with `prefix`, ordered by the bytes of their
    /// names, after the name `after`; from the first one if `after` is empty.
    virtual io::Awaitable<Result<std::vector<SideRecord>, io::Fault>>
    list(std::string prefix, std::string after) = 0;
    /// Changes a record, durably when it returns. If it never returns, the change was made
    /// completely or not at all. Each adapter documents what of an erased record remains on the
    /// disk.
    virtual io::Awaitable<Result<SideOutcome, io::Fault>> change(SideChange change) = 0;
    /// Answers waiting calls and accepts no new ones. Returns when nothing runs any more; destroy
    /// the object only then.
    virtual io::Awaitable<void> close() = 0;
};

/// For adapters: CHECKs what every caller must respect.
inline void check_side_change(const SideChange& change) {
    const TextBounds bounds{.min = 1, .max = SideRecords::kNameCharactersMax};
    CHECK(!find_flaw(change.name, bounds, TextLines::one));
    CHECK(!change.value || change.value->size() <= SideRecords::kValueBytesMax);
    CHECK(change.value || change.expected_version > 0);
}

/// For adapters: keeps only the records whose names start with `prefix`, in order.
inline void keep_prefix(std::vector<SideRecord>& page, std::string_view prefix) {
    std::erase_if(page, [&](const SideRecord& one) { return !one.name.starts_with(prefix); });
}

}  // namespace frontrow::store
