#pragma once

#include "base/result.h"
#include "domain/inventory.h"
#include "io/fault.h"
#include "store/engine/fact_reader.h"
#include "store/engine/journal_end.h"
#include "store/feed.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace frontrow::store::engine {

/// Makes an engine's batches durable, one at a time. Used on the owner's thread. Only finish() and
/// the destructor block.
class Journal {
public:
    /// A batch that is durable.
    struct Written {
        /// The journal's end after the batch.
        JournalEnd end;
        /// Bytes of its facts, as lines.
        std::size_t bytes = 0;
    };
    /// Called with the result of each batch. Also called, at any time, with a fault after which
    /// nothing more is written; the batch under way may then get no answer of its own. Any thread.
    using Done = std::function<void(Result<Written, io::Fault>)>;

    struct Health {
        /// Disk space is so low that commands that claim or add something should be refused.
        bool is_low = false;
        /// Absent if unknown.
        std::optional<std::uint64_t> free_bytes = {};
    };

    virtual ~Journal() = default;

    /// Takes a batch to make durable. The previous one must have been answered.
    virtual void append(SharedFacts batch) = 0;
    /// Periodic maintenance, called ten times a second. If it returns a fault, the journal writes
    /// nothing more.
    virtual Result<Health, io::Fault> look() = 0;
    /// Stops writing and leaves everything as it is, because the journal can't be trusted any more.
    virtual void abandon(const io::Fault& why) = 0;
    /// Closes the journal cleanly. No batch may be under way, and none may follow. `state` is the
    /// state after all facts of the journal. Returns the first fault that occurred.
    virtual Result<void, io::Fault> finish(const domain::Inventory& state) = 0;
    /// Reads what was appended, independently of all other calls.
    virtual FactReader& facts() = 0;
};

}  // namespace frontrow::store::engine
