#include "store/backup/rows_of_backup.h"

#include "store/engine/frame.h"

#include <algorithm>
#include <cstddef>

namespace frontrow::store::backup {
namespace {

// The limits of a node's batch. A larger fact gets a row of its own.
constexpr std::uint64_t kRowFactsMax = 4'096;
constexpr std::size_t kRowBytesMax = 1 << 20;

}  // namespace

Result<std::vector<cluster::Batch>, io::Fault> RowsOfBackup::rows_of(
    const sqlite::JournalBatch& batch
) {
    const auto lines = sqlite::Journal::lines_of(batch);
    if (!lines) return std::unexpected(lines.error());
    std::vector<cluster::Batch> rows;
    last_seq_ = head_.last_seq;
    for (std::string_view rest = *lines; !rest.empty();) {
        const auto length = std::min(rest.find('\n'), rest.size() - 1) + 1;
        if (auto added = add_line(rest.substr(0, length), rows); !added)
            return std::unexpected(added.error());
        rest.remove_prefix(length);
    }
    end_row(rows);
    if (head_.last_seq == batch.last_seq) return rows;
    return std::unexpected(io::Fault{
        io::FaultKind::corrupt,
        "batch " + std::to_string(batch.batch) + " has facts that don't match its numbers"
    });
}

Result<void, io::Fault>
RowsOfBackup::add_line(std::string_view line, std::vector<cluster::Batch>& rows) {
    Result<void, io::Fault> taken;
    const auto take = [&](const domain::Fact& fact) {
        const bool is_full = last_seq_ - head_.last_seq >= kRowFactsMax ||
                             lines_.size() + line.size() > kRowBytesMax;
        if (fact.at != at_ || is_full) end_row(rows);
        at_ = fact.at;
        taken = state_.take(fact);
    };
    const auto read = engine::read_lines(line, last_seq_ + 1, take);
    if (!read) return read;
    if (!taken) return taken;
    lines_ += line;
    ++last_seq_;
    return {};
}

void RowsOfBackup::end_row(std::vector<cluster::Batch>& rows) {
    if (lines_.empty()) return;
    cluster::Batch row;
    row.head = {
        .first_seq = head_.last_seq + 1,
        .last_seq = last_seq_,
        .at = at_,
        .writer = writer_,
        .n = ++n_,
        .state = state_.digest(),
    };
    row.frame = compressor_.compress(lines_);
    row.head.hash = cluster::hash_of(row, head_.hash);
    lines_.clear();
    head_ = row.head;
    rows.push_back(std::move(row));
}

}  // namespace frontrow::store::backup
