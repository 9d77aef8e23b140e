#pragma once

#include "bench/load.h"

#include <chrono>
#include <cstdio>
#include <string>

namespace frontrow::bench {

/// What a watching person sees: a line a second. On a terminal they stand in columns, with what
/// matters in bold; elsewhere they are plain sentences.
class Progress {
public:
    /// `to` outlives it.
    Progress(std::FILE* to, bool is_terminal) : to_{to}, is_terminal_{is_terminal} {}

    void say(const std::string& line);
    /// The load of somebody begins.
    void begin(const std::string& who);
    void slice(const Slice& slice);
    /// The rest of the last second.
    void end();

private:
    void second();

    std::FILE* to_;
    bool is_terminal_;
    Slice gathered_;
    std::uint64_t lines_ = 0;
};

}  // namespace frontrow::bench
