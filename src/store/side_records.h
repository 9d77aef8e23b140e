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

/// What isn't a fact, because it may be erased, is secret, or changes too often: a reader's cursor,
/// a person's data, a webhook's secret.
struct SideRecord {
    /// Like `cursor/kafka` or `personal/<sub>`: UTF-8 in one line.
    std::string name;
    /// Any bytes.
    std::string value;
    /// Rises with each change of any record and is never used again, also after the record was
    /// erased: who has seen a version has seen what is under it.
    std::uint64_t version = 0;

    friend bool operator==(const SideRecord&, const SideRecord&) = default;
};

/// How far a reader of the facts has come lies under names that begin so. In a backup such a record
/// is older than the facts, any other newer: a reader whose cursor were ahead of the facts would
/// skip some, and a fact may speak of a record that was written just before it.
inline constexpr std::string_view kCursors = "cursor/";

/// A record is to be written or erased, if it's still the one that its writer has seen.
struct SideChange {
    std::string name;
    /// Nothing: the record is erased.
    std::optional<std::string> value;
    /// 0: there must be no such record.
    std::uint64_t expected_version = 0;
    /// Of the task that makes the change.
    std::optional<TaskLease> lease = std::nullopt;
};

enum class SideRefusal : std::uint8_t {
    /// Another process has taken the task since.
    lease_is_over,
    /// The record has another version than was expected, or isn't there, or is.
    version_differs,
};

/// The version of the change.
using SideOutcome = Result<std::uint64_t, SideRefusal>;

/// The port behind which side records lie: durable beside the journal, and in backups. Who reads
/// facts never sees them.
///
/// Everything is awaited on the executor's thread. Faults: unavailable, overloaded (nothing was
/// done), outcome_unknown (a change may have been made: find() tells what is there now).
class SideRecords {
public:
    static constexpr std::size_t kNameCharactersMax = 512;
    static constexpr std::size_t kValueBytesMax = 64 << 10;
    /// How many a page has; one that has fewer is the last.
    static constexpr std::size_t kPage = 100;

    virtual ~SideRecords() = default;

    virtual io::Awaitable<Result<std::optional<SideRecord>, io::Fault>> find(std::string name) = 0;
    /// The next page of the records whose names begin with `prefix`, in the order of their names'
    /// bytes, behind the name `after`; from the first on, if that is empty.
    virtual io::Awaitable<Result<std::vector<SideRecord>, io::Fault>>
    list(std::string prefix, std::string after) = 0;
    /// The change is durable when it returns. If it never returns, it was made whole or not at all.
    /// Each adapter says what is left on the disk of a record that was erased.
    virtual io::Awaitable<Result<SideOutcome, io::Fault>> change(SideChange change) = 0;
    /// Answers what waits and takes nothing new. Returns when nothing runs any more; only then may
    /// it be destroyed.
    virtual io::Awaitable<void> close() = 0;
};

/// For adapters: what no caller may ask for.
inline void check_side_change(const SideChange& change) {
    const TextBounds bounds{.min = 1, .max = SideRecords::kNameCharactersMax};
    CHECK(!find_flaw(change.name, bounds, TextLines::one));
    CHECK(!change.value || change.value->size() <= SideRecords::kValueBytesMax);
    CHECK(change.value || change.expected_version > 0);
}

/// For adapters: leaves in a page of records, in order, those whose names begin with `prefix`.
inline void keep_prefix(std::vector<SideRecord>& page, std::string_view prefix) {
    std::erase_if(page, [&](const SideRecord& one) { return !one.name.starts_with(prefix); });
}

}  // namespace frontrow::store
