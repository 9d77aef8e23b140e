#pragma once

#include "base/bits128.h"
#include "base/result.h"
#include "domain/audit.h"
#include "domain/facts.h"
#include "domain/inventory.h"
#include "io/fault.h"

namespace frontrow::store::backup {

/// Applies facts to a state and computes its digest. An audit judges each fact first, because an
/// inventory CHECKs that facts are possible.
class CheckedState {
public:
    /// Faults: corrupt if the fact violates the promise.
    Result<void, io::Fault> take(const domain::Fact& fact);
    Bits128 digest() { return inventory_.digest(); }

private:
    domain::Audit audit_;
    domain::Inventory inventory_{StateLog::Digests::on};
};

}  // namespace frontrow::store::backup
