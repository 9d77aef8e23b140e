#include "store/postgres/postgres_fact_reader.h"

#include "io/run_to_end.h"
#include "io/zstd.h"
#include "store/cluster/batch.h"
#include "store/cluster/replay.h"
#include "store/postgres/postgres_journal.h"

#include <boost/asio/post.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::store::postgres {
namespace {

using cluster::Head;
using engine::JournalEnd;
using io::Awaitable;
using io::Fault;
using io::FaultKind;
using Page = Result<FeedPage, Fault>;

/// Bound on waiting reads. Each read takes the time to read, parse and hand over some megabytes.
constexpr std::size_t kReadersWaitingMax = 64;
/// Bound on a page, in bytes of decompressed lines: a small frame may unpack to a large text.
constexpr std::size_t kPageBytes = 2 << 20;
/// Longer than for other statements: a page has megabytes, the database may be far away, and no
/// sale waits for it.
constexpr std::chrono::milliseconds kPageTime{10'000};
constexpr std::chrono::milliseconds kPageAnswerTime{12'000};

io::postgres::PgOptions with_reading_times(io::postgres::PgOptions options) {
    options = with_short_times(std::move(options));
    options.statement_timeout = kPageTime;
    options.answer_time = kPageAnswerTime;
    return options;
}

/// The fault is temporary if a fail-over lost the fact and nodes are about to append it again.
/// Otherwise it lasts until the process ends.
std::unexpected<Fault> lacks_fact(std::uint64_t seq) {
    return std::unexpected(Fault{
        FaultKind::unavailable,
        "the journal ends before fact " + std::to_string(seq) + ", though it had that fact"
    });
}

/// The rows after `before`, checked.
Awaitable<Page>
read_behind(Line& line, Head before, FeedPosition position, JournalEnd until, std::size_t at_most) {
    const auto rows = co_await read_some_batches(line, before.last_seq + 1);
    if (!rows) co_return std::unexpected(unavailable(rows.error()));
    std::vector<FeedBatch> page;
    std::size_t bytes = 0;
    for (const auto& row : *rows) {
        if (row.head.first_seq > until.batch) break;
        const bool is_enough = before.last_seq - position.seq >= at_most || bytes >= kPageBytes;
        if (!page.empty() && is_enough) break;
        bytes += io::zstd_content_bytes(row.frame).value_or(row.frame.size());
        auto facts = cluster::read_following(before, row);
        if (!facts) co_return std::unexpected(facts.error());
        page.push_back(
            {.facts = std::make_shared<const std::vector<domain::Fact>>(std::move(*facts)),
             .hash8 = hash8_of(row.head.hash)}
        );
        before = row.head;
    }
    if (page.empty() && position.seq < until.last_seq) co_return lacks_fact(until.last_seq);
    co_return FeedPage{std::move(page)};
}

Awaitable<Page>
read_page(Line& line, FeedPosition position, JournalEnd until, std::size_t at_most) {
    const auto found = co_await find_batch_of(line, position.seq);
    if (!found) co_return std::unexpected(unavailable(found.error()));
    if (found->empty() || found->front().head.last_seq < position.seq)
        co_return lacks_fact(position.seq);
    const auto& holder = found->front().head;
    if (position.hash8 && *position.hash8 != hash8_of(holder.hash))
        co_return FeedPage{std::unexpected(FeedRefusal::another_past)};
    const bool has_more = holder.last_seq > position.seq;
    // Only the journal's first row has no row before it, and that row has no facts.
    if (has_more && found->size() < 2) co_return lacks_fact(holder.first_seq - 1);
    const auto& before = has_more ? found->back().head : holder;
    co_return co_await read_behind(line, before, position, until, at_most);
}

Awaitable<Result<JournalEnd, Fault>> find_proven_end(Line& line) {
    const auto head = co_await find_head(line);
    if (!head) co_return std::unexpected(head.error());
    co_return cluster::end_of(*head);
}

}  // namespace

PostgresFactReader::PostgresFactReader(io::Executor owner, io::postgres::PgOptions connection)
    : line_{loop_.get_executor(), with_reading_times(std::move(connection))},
      turns_{owner, kReadersWaitingMax},
      worker_{owner, 1} {
}

template <class Begin>
auto PostgresFactReader::run(Begin begin) -> decltype(begin()) {
    const auto turn = co_await turns_.enter();
    if (!turn)
        co_return std::unexpected(
            Fault{FaultKind::overloaded, "too many readers wait for the journal"}
        );
    if (is_closing_)
        co_return std::unexpected(Fault{FaultKind::unavailable, "the journal is closed"});
    auto work = [&] { return io::run_to_end(loop_, begin()); };
    co_return co_await worker_.run(work);
}

Awaitable<Page>
PostgresFactReader::read(FeedPosition position, JournalEnd until, std::size_t at_most) {
    return run([this, position, until, at_most] {
        return read_page(line_, position, until, at_most);
    });
}

Awaitable<Result<JournalEnd, Fault>> PostgresFactReader::find_end() {
    return run([this] { return find_proven_end(line_); });
}

Awaitable<void> PostgresFactReader::close() {
    is_closing_ = true;
    boost::asio::post(loop_, [this] { line_.close(); });
    const auto last = co_await turns_.enter_last();
}

}  // namespace frontrow::store::postgres
