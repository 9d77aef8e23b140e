#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::bench {

/// What the figures were taken on: what, and how it is.
std::vector<std::pair<std::string, std::string>> describe_machine();

/// A folder there is in memory, where an fsync costs nothing.
bool is_in_memory(const std::filesystem::path& folder);

}  // namespace frontrow::bench
