#pragma once

#include <cstdint>
#include <string>

namespace frontrow::cli {

/// `1 fact`, `2 facts`.
inline std::string counted(std::uint64_t count, const char* thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

}  // namespace frontrow::cli
