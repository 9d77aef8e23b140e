#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "tickets/ticket_keys.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace frontrow::tickets {

// The file with the keys for tickets' codes. Only its owner may read it. Faults: unavailable, and
// unusable for a file that others may read or that isn't what it should be; the text says what to
// do. The last key of a file that is read has its private part.

/// Returns nothing if there is no file.
Result<std::optional<KeyRing>, io::Fault> read_key_file(const std::filesystem::path& file);

/// Changes the file, or makes it: `change` gets its present keys, none if there is no file. The
/// file has the old keys or the new ones, also after a crash. If two processes change it at once,
/// one gets a fault. If `change` returns a fault, nothing was changed. The file of another user is
/// refused (unusable), because that user couldn't read the new one.
Result<KeyRing, io::Fault> change_key_file(
    const std::filesystem::path& file,
    const std::function<Result<KeyRing, io::Fault>(KeyRing keys)>& change
);

/// Reads public keys from a key file or from a JWK set, which anybody may read.
Result<std::vector<PublicKey>, io::Fault> read_public_keys(const std::filesystem::path& file);

}  // namespace frontrow::tickets
