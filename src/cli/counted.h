#pragma once

#include <cstdint>
#include <string>

namespace frontrow::cli {

/// `1 category`, `2 categories`.
inline std::string counted(std::uint64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// `1 fact`, `2 facts`.
inline std::string counted(std::uint64_t count, const std::string& thing) {
    return counted(count, thing.c_str(), (thing + "s").c_str());
}

}  // namespace frontrow::cli
