#pragma once

#include "base/bits128.h"
#include "base/result.h"
#include "domain/audit.h"
#include "domain/facts.h"
#include "domain/inventory.h"
#include "io/fault.h"

namespace frontrow::store::backup {

/// What facts come to, with its digest. No inventory can hold what breaks the promise: each fact is
/// judged by an audit first.
class CheckedState {
public:
    /// Faults: corrupt, where no state could follow.
    Result<void, io::Fault> take(const domain::Fact& fact);
    Bits128 digest() { return inventory_.digest(); }

private:
    domain::Audit audit_;
    domain::Inventory inventory_{StateLog::Digests::on};
};

}  // namespace frontrow::store::backup
