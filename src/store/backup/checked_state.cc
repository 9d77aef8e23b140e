#include "store/backup/checked_state.h"

#include "domain/evolve.h"

#include <string>

namespace frontrow::store::backup {

Result<void, io::Fault> CheckedState::take(const domain::Fact& fact) {
    audit_.observe(fact);
    if (!audit_.violations().empty()) {
        const auto& first = audit_.violations().front();
        return std::unexpected(io::Fault{
            io::FaultKind::corrupt, "fact " + std::to_string(first.seq) + ": " + first.what
        });
    }
    domain::evolve(inventory_, fact);
    return {};
}

}  // namespace frontrow::store::backup
