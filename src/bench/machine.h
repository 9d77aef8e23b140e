#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::bench {

/// Describes the machine of the measurement, as name and value.
std::vector<std::pair<std::string, std::string>> describe_machine();

/// True if the folder's file system is in memory, where an fsync costs nothing.
bool is_in_memory(const std::filesystem::path& folder);

}  // namespace frontrow::bench
