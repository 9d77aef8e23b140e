#pragma once

#include "base/bits128.h"
#include "base/result.h"
#include "domain/facts.h"
#include "io/fault.h"
#include "io/zstd.h"
#include "store/backup/checked_state.h"
#include "store/cluster/batch.h"
#include "store/sqlite/journal.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::store::backup {

/// Turns a backup's batches, one after the other, into rows of a shared journal. The lines stay the
/// same. The facts of a row all have one time, and a row is no larger than a node's batch.
class RowsOfBackup {
public:
    /// `first` is the journal's first row, which the new rows follow. `writer` is a random number.
    RowsOfBackup(const cluster::Head& first, Bits128 writer) : head_{first}, writer_{writer} {}

    /// Faults: corrupt.
    Result<std::vector<cluster::Batch>, io::Fault> rows_of(const sqlite::JournalBatch& batch);
    /// The number of rows made.
    std::uint64_t count() const { return n_; }

private:
    Result<void, io::Fault> add_line(std::string_view line, std::vector<cluster::Batch>& rows);
    void end_row(std::vector<cluster::Batch>& rows);

    cluster::Head head_;
    Bits128 writer_;
    std::uint64_t n_ = 0;
    CheckedState state_;
    io::ZstdCompressor compressor_;
    /// The row in progress.
    std::string lines_;
    std::uint64_t last_seq_ = 0;
    Instant at_{};
};

}  // namespace frontrow::store::backup
