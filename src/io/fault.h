#pragma once

#include <cstdint>
#include <string>

namespace frontrow::io {

/// How the world failed. A kind exists only if some caller acts differently on it.
enum class FaultKind : std::uint8_t {
    /// Certainly not done; may work later.
    unavailable,
    /// Too much is waiting already. Not done.
    overloaded,
    /// The disk is nearly full. Not done. Operations that free space or finish something still
    /// work.
    storage_low,
    /// May or may not have been done: ask again with the same key or id.
    outcome_unknown,
    /// The data read can't be the data that was written.
    corrupt,
    /// Can't work as it is configured; trying again is of no use.
    unusable,
    /// Another process has it open.
    in_use,
};

struct Fault {
    FaultKind kind{};
    /// For the log and the operator; never sent to a client.
    std::string what;
};

}  // namespace frontrow::io
