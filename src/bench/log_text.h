#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace frontrow::bench {

/// Returns the content of a server's log. Empty if there is none.
inline std::string log_text(const std::filesystem::path& log) {
    std::ifstream stream{log};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace frontrow::bench
