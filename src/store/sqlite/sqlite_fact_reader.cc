#include "store/sqlite/sqlite_fact_reader.h"

#include "store/sqlite/durable_journal.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace frontrow::store::sqlite {
namespace {

using io::Awaitable;
using io::Fault;
using io::FaultKind;

/// Reads only the batch's row, without checking the chain.
Result<JournalEnd, Fault> find_end_of(Journal& journal, std::uint64_t batch) {
    if (batch == 0) return JournalEnd{};
    const auto end = journal.find(batch);
    if (!end) return std::unexpected(end.error());
    if (*end) return **end;
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "the journal has no batch " + std::to_string(batch) + ", though it is longer than that"
    });
}

/// The number of the batch that contains this fact, by binary search: facts have no index, but
/// batches and facts are numbered without gaps. A million batches take twenty steps.
Result<std::uint64_t, Fault>
find_batch_with(Journal& journal, std::uint64_t seq, std::uint64_t last_batch) {
    std::uint64_t first = 1;
    while (first < last_batch) {
        const auto middle = first + (last_batch - first) / 2;
        const auto end = find_end_of(journal, middle);
        if (!end) return std::unexpected(end.error());
        if (end->last_seq < seq) {
            first = middle + 1;
        } else {
            last_batch = middle;
        }
    }
    return first;
}

/// The position to read from; nothing if `position` comes from a different history.
Result<std::optional<JournalEnd>, Fault>
find_beginning(Journal& journal, const FeedPosition& position, const JournalEnd& until) {
    if (position.seq == 0) return JournalEnd{};
    const auto batch = find_batch_with(journal, position.seq, until.batch);
    if (!batch) return std::unexpected(batch.error());
    const auto holder = find_end_of(journal, *batch);
    if (!holder) return std::unexpected(holder.error());
    if (position.hash8 && *position.hash8 != hash8_of(holder->hash)) return std::nullopt;
    if (holder->last_seq == position.seq) return *holder;
    const auto before = find_end_of(journal, *batch - 1);
    if (!before) return std::unexpected(before.error());
    return *before;
}

Result<FeedPage, Fault> read_page(
    Journal& journal,
    const FeedPosition& position,
    const JournalEnd& until,
    std::size_t at_most
) {
    const auto beginning = find_beginning(journal, position, until);
    if (!beginning) return std::unexpected(beginning.error());
    if (!*beginning) return FeedPage{std::unexpected(FeedRefusal::another_past)};
    journal.start_from(**beginning);
    const auto rows = journal.take_out(until.batch);
    if (!rows) return std::unexpected(rows.error());
    std::vector<FeedBatch> page;
    for (auto read_to = position.seq; const auto& row : *rows) {
        if (read_to - position.seq >= at_most) break;
        std::vector<domain::Fact> facts;
        const auto take = [&](domain::Fact&& fact) { facts.push_back(std::move(fact)); };
        if (const auto read = Journal::read_facts(row, take); !read)
            return std::unexpected(read.error());
        page.push_back(
            {.facts = std::make_shared<const std::vector<domain::Fact>>(std::move(facts)),
             .hash8 = hash8_of(row.hash)}
        );
        read_to = row.last_seq;
    }
    if (!page.empty() || position.seq == until.last_seq) return FeedPage{std::move(page)};
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "the journal ends before fact " + std::to_string(until.last_seq) +
            ", though it had that fact"
    });
}

}  // namespace

Awaitable<Result<FeedPage, Fault>>
SqliteFactReader::read(FeedPosition position, JournalEnd until, std::size_t at_most) {
    auto work = [&]() -> Result<FeedPage, Fault> {
        auto durable = DurableJournal::open(folder_, vfs_);
        if (!durable) return std::unexpected(durable.error());
        return read_page(durable->journal, position, until, at_most);
    };
    co_return co_await worker_.run(work);
}

Awaitable<Result<JournalEnd, Fault>> SqliteFactReader::find_end() {
    auto work = [&]() -> Result<JournalEnd, Fault> {
        auto durable = DurableJournal::open(folder_, vfs_);
        if (!durable) return std::unexpected(durable.error());
        if (const auto whole = durable->check_end(); !whole) return std::unexpected(whole.error());
        return find_end_of(durable->journal, durable->newest_batch);
    };
    co_return co_await worker_.run(work);
}

Awaitable<void> SqliteFactReader::close() {
    return worker_.close([] { return true; });
}

}  // namespace frontrow::store::sqlite
