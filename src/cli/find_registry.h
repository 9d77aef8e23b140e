#pragma once

#include "base/result.h"
#include "config/settings.h"
#include "io/fault.h"
#include "tickets/key_registry.h"

#include <optional>

namespace frontrow::cli {

/// Reads the store's record of the keys that sign its tickets, also beside a running server.
/// Returns nothing if the store has none. Faults: those of the store, and corrupt.
Result<std::optional<tickets::KeyRegistry>, io::Fault> find_registry(
    const config::StoreSettings& settings
);

}  // namespace frontrow::cli
