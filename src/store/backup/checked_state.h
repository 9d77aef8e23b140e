#pragma once

#include "base/bits128.h"
#include "base/result.h"
#include "domain/audit.h"
#include "domain/facts.h"
#include "domain/inventory.h"
#include "io/fault.h"

namespace frontrow::store::backup {

/// Applies facts to a state and computes its digest. An audit checks each fact first, because an
/// inventory stops the process (CHECK) at an impossible fact.
class CheckedState {
public:
    /// Faults: corrupt if the audit finds a violation.
    Result<void, io::Fault> take(const domain::Fact& fact);
    Bits128 digest() { return inventory_.digest(); }

private:
    domain::Audit audit_;
    domain::Inventory inventory_{StateLog::Digests::on};
};

}  // namespace frontrow::store::backup
