#pragma once

#include "base/instant.h"
#include "domain/reads.h"

#include <optional>

namespace frontrow::payments {

/// Says which parts of all that is unfinished to look at, if it is too much for one look. Each look
/// takes the next part, round after round, and before it what is new: thousands of buyers may be on
/// a provider's page, and nobody else shall wait for them.
///
/// Pure. One thread.
class Rounds {
public:
    /// What is new began at this instant or later. Absent if each part has everything.
    std::optional<Instant> fresh_since() const { return fresh_since_; }
    /// The next part begins at this instant.
    Instant part_since() const { return part_since_; }

    /// Call this when everything has been begun that was read since fresh_since(). Until then the
    /// same is looked at again.
    void has_begun_fresh(const domain::Unfinished& fresh);
    /// The same for what was read since part_since(). Returns whether this was the last part.
    bool has_begun_part(const domain::Unfinished& part);

private:
    Instant part_since_ = Instant::min();
    std::optional<Instant> fresh_since_;
};

}  // namespace frontrow::payments
