#pragma once

#include "cli/counted.h"
#include "store/sqlite/backup.h"

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

namespace frontrow::cli {

/// Prints the number of copied facts on standard error from time to time.
inline store::sqlite::CopyProgress copy_progress() {
    constexpr std::uint64_t kStep = 250'000;
    return [next = kStep](const store::engine::JournalEnd& end) mutable {
        if (end.last_seq < next) return;
        std::fprintf(stderr, "%" PRIu64 " facts copied\n", end.last_seq);
        next = end.last_seq + kStep;
    };
}

inline void print_copied(
    std::uint64_t facts,
    std::uint64_t batches,
    std::uint64_t side_records,
    const std::string& where
) {
    std::printf(
        "%s in %" PRIu64 " %s and %s are in %s; the chain is whole\n",
        counted(facts, "fact").c_str(),
        batches,
        batches == 1 ? "batch" : "batches",
        counted(side_records, "side record").c_str(),
        where.c_str()
    );
}

}  // namespace frontrow::cli
