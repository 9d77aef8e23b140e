#pragma once

#include <cstdint>
#include <string>

namespace frontrow::io {

/// How a disk, a network or another service failed. A kind exists only if some caller acts
/// differently on it.
enum class FaultKind : std::uint8_t {
    /// Certainly not done; a later attempt may succeed.
    unavailable,
    /// Not done, because too many requests wait already.
    overloaded,
    /// Not done, because the disk is nearly full. Operations that free space or finish something
    /// still work.
    storage_low,
    /// May or may not have been done. Try again with the same key or id.
    outcome_unknown,
    /// The data read can't be the data that was written.
    corrupt,
    /// Can't work with this configuration, so a retry is of no use.
    unusable,
    /// Another process is using it.
    in_use,
};

struct Fault {
    FaultKind kind{};
    /// For the log and the operator; never sent to a client.
    std::string what;
};

}  // namespace frontrow::io
