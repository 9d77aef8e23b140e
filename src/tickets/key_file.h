#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "tickets/ticket_keys.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::tickets {

// The file with the keys for tickets' codes. Only its owner may read it. It may be a link, as a
// mounted secret often is. Faults: unavailable, and unusable for a file that others may read, that
// isn't what it should be, or for a link that leads nowhere; the text says what to do. The last key
// of a file that is read has its private part.

/// The file's name in a data folder.
inline constexpr auto kKeyFileName = "keys.json";
/// The same, and the name of what a change that was cut off has left. Both may be there before the
/// journal.
std::vector<std::string> key_file_names();

/// Returns nothing if there is no file.
Result<std::optional<KeyRing>, io::Fault> read_key_file(const std::filesystem::path& file);

/// Changes the file, or makes it: `change` gets its present keys, none if there is no file. The
/// file has the old keys or the new ones, also after a crash. If two processes change it at once,
/// one gets a fault. A link stays one: the file to which it leads is changed. If `change` returns a
/// fault, nothing was changed. The file of another user is refused (unusable), because that user
/// couldn't read the new one.
Result<KeyRing, io::Fault> change_key_file(
    const std::filesystem::path& file,
    const std::function<Result<KeyRing, io::Fault>(KeyRing keys)>& change
);

/// Makes the file with a first key. Faults: those of change_key_file; unusable if it has keys.
Result<KeyRing, io::Fault>
make_key_file(const std::filesystem::path& file, Instant now, io::Random& random);

/// Reads public keys from a key file or from a JWK set, which anybody may read.
Result<std::vector<PublicKey>, io::Fault> read_public_keys(const std::filesystem::path& file);

}  // namespace frontrow::tickets
