#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace frontrow::bench {

/// What a server wrote so far; empty if it wrote nothing.
inline std::string log_text(const std::filesystem::path& log) {
    std::ifstream stream{log};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace frontrow::bench
