#pragma once

#include "bench/load.h"

#include <chrono>
#include <cstdio>
#include <string>

namespace frontrow::bench {

/// Prints the load's progress, one line a second: in columns with bold figures on a terminal, as
/// plain sentences elsewhere.
class Progress {
public:
    /// `to` outlives it.
    Progress(std::FILE* to, bool is_terminal) : to_{to}, is_terminal_{is_terminal} {}

    void say(const std::string& line);
    /// Begins the load of the server named `who`.
    void begin(const std::string& who);
    void slice(const Slice& slice);
    /// Prints the counts of the last, incomplete second.
    void end();

private:
    void second();

    std::FILE* to_;
    bool is_terminal_;
    Slice gathered_;
    std::uint64_t lines_ = 0;
};

}  // namespace frontrow::bench
