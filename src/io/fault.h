#pragma once

#include <cstdint>
#include <string>

namespace frontrow::io {

/// How the world failed; a kind of its own only where somebody acts differently.
enum class FaultKind : std::uint8_t {
    /// It surely wasn't done, and may work later.
    unavailable,
    /// More is waiting than can be taken on. It wasn't done.
    overloaded,
    /// The disk is nearly full; what frees or finishes still works. It wasn't done.
    storage_low,
    /// It may have been done: ask again with the same key or id.
    outcome_unknown,
    /// What was read can't be what was written.
    corrupt,
    /// Somebody else has it open.
    in_use,
};

struct Fault {
    FaultKind kind{};
    /// For the log and the operator; never sent to a client.
    std::string what;
};

}  // namespace frontrow::io
