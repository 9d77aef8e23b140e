#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <filesystem>
#include <string>

namespace frontrow::identity::jwks {

/// Reads the text of a key set from a file. Faults: those of io::File; unusable if it is longer
/// than kKeySetBytesMax.
Result<std::string, io::Fault> read_key_set_file(const std::filesystem::path& file);

/// Whether the file can be read and has a usable key. The fault says what is wrong.
Result<void, io::Fault> check_key_set_file(const std::filesystem::path& file);

}  // namespace frontrow::identity::jwks
