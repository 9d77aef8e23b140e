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

/// Where an engine's batches become durable, one at a time. Used on the owner's thread; none of it
/// waits, but for finish() and the destructor.
class Journal {
public:
    /// A batch that is durable.
    struct Written {
        /// Where the journal ends with it.
        JournalEnd end;
        /// Of its facts, as lines.
        std::size_t bytes = 0;
    };
    /// Told what came of a batch, or, at any time, of a fault after which nothing more is written:
    /// then the batch that is under way may get no answer of its own. Any thread.
    using Done = std::function<void(Result<Written, io::Fault>)>;

    struct Health {
        /// There is so little room that nothing new should be taken on.
        bool is_low = false;
        /// Where it knows.
        std::optional<std::uint64_t> free_bytes = {};
    };

    virtual ~Journal() = default;

    /// Takes a batch to make durable. The one before has been answered.
    virtual void append(SharedFacts batch) = 0;
    /// Looks after itself, ten times a second. A fault ends it, like a batch's.
    virtual Result<Health, io::Fault> look() = 0;
    /// Writes nothing more and leaves all as it is: it can't be trusted any more.
    virtual void abandon(const io::Fault& why) = 0;
    /// Ends it in good order; no batch is under way and none comes later. `state` is what its facts
    /// come to. Faults: the first one that it met.
    virtual Result<void, io::Fault> finish(const domain::Inventory& state) = 0;
    /// Reads what was appended, beside all of this.
    virtual FactReader& facts() = 0;
};

}  // namespace frontrow::store::engine
