#include "store/postgres/take_snapshot.h"

#include "store/cluster/replay.h"
#include "store/engine/snapshot.h"
#include "store/postgres/postgres_journal.h"

#include <optional>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using cluster::Batch;
using cluster::Beginning;
using cluster::Head;
using io::Awaitable;
using io::Fault;
using io::FaultKind;
using io::postgres::PgConnection;

/// Applies the batches after the beginning, and returns the journal's head.
Awaitable<Result<Head, Fault>> go_to_end(PgConnection& connection, Beginning& beginning) {
    std::optional<Head> head;
    const auto read = co_await read_batches(
        connection,
        beginning.end.batch,
        [&](Batch&& batch) -> Result<void, Fault> {
            if (head) {
                const auto replayed = cluster::replay(*beginning.state, *head, batch);
                if (!replayed) return std::unexpected(replayed.error());
            } else if (beginning.generation > 0) {
                const auto stands = cluster::check_stands(beginning, batch.head);
                if (!stands) return stands;
            }
            head = batch.head;
            return {};
        }
    );
    if (!read) co_return std::unexpected(read.error());
    if (head) co_return *head;
    co_return std::unexpected(
        Fault{FaultKind::corrupt, "the journal ends before its newest snapshot"}
    );
}

/// Writes a snapshot of the state at `head`, and removes all other snapshots except the one at
/// `beginning.end`. Does nothing if that one is at `head` already.
Result<engine::JournalEnd, Fault>
write(const std::filesystem::path& folder, const Beginning& beginning, const Head& head) {
    const auto end = cluster::end_of(head);
    if (end == beginning.end) return end;
    const auto written =
        engine::write_snapshot(folder, *beginning.state, end, beginning.generation + 1);
    if (!written) return std::unexpected(written.error());
    engine::keep_snapshots(folder, {end.batch, beginning.end.batch});
    return end;
}

}  // namespace

Awaitable<Result<engine::JournalEnd, Fault>>
take_snapshot(PgConnection& connection, const std::filesystem::path& folder) {
    engine::JournalEnd newest;
    for (const auto& file : engine::list_snapshots(folder)) {
        auto beginning = cluster::read_beginning(file);
        if (!beginning) continue;
        if (engine::is_last_generation(beginning->generation)) {
            newest = beginning->end;
            break;
        }
        const auto head = co_await go_to_end(connection, *beginning);
        if (!head && head.error().kind == FaultKind::corrupt) continue;
        if (!head) co_return std::unexpected(head.error());
        co_return write(folder, *beginning, *head);
    }
    Beginning beginning;
    const auto head = co_await go_to_end(connection, beginning);
    if (!head) co_return std::unexpected(head.error());
    beginning.end = newest;
    co_return write(folder, beginning, *head);
}

}  // namespace frontrow::store::postgres
