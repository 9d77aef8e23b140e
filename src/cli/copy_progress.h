#pragma once

#include "store/sqlite/backup.h"

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

namespace frontrow::cli {

/// Says on standard error now and then how many facts were copied.
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
        "%" PRIu64 " facts in %" PRIu64 " batches and %" PRIu64
        " side records are in %s; the chain is whole\n",
        facts,
        batches,
        side_records,
        where.c_str()
    );
}

}  // namespace frontrow::cli
