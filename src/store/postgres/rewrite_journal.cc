#include "store/postgres/rewrite_journal.h"

#include "store/postgres/postgres_journal.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using cluster::Batch;
using cluster::Head;
using io::Awaitable;
using io::postgres::PgConnection;
using io::postgres::PgError;
using io::postgres::PgErrorKind;
using io::postgres::PgParams;
using io::postgres::PgQuery;
using io::postgres::PgStatement;
using RowBytes = std::span<const std::uint8_t>;

constexpr PgStatement kAddRow{
    "journal_add",
    "INSERT INTO journal VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
};
constexpr PgStatement kNewHash{
    "journal_new_hash",
    "UPDATE journal SET hash = $2 WHERE first_seq = $1"
};

Awaitable<Result<void, PgError>> say(PgConnection& connection, std::vector<PgQuery> queries) {
    const auto said = co_await connection.run(queries);
    if (!said) co_return std::unexpected(said.error());
    co_return Result<void, PgError>{};
}

io::Sha256Digest random_hash(io::Random& random) {
    io::Sha256Digest hash{};
    const auto high = bytes_of(random.next());
    const auto low = bytes_of(random.next());
    std::ranges::copy(low, std::ranges::copy(high, hash.begin()).out);
    return hash;
}

/// Checks the present chain and computes the new one.
class Fork {
public:
    explicit Fork(const io::Sha256Digest& first_hash) : hash_{first_hash} {}

    /// The heads of the next batches in the new chain.
    Result<std::vector<Head>, PgError> chain(const std::vector<Batch>& batches) {
        std::vector<Head> heads;
        for (const auto& batch : batches) {
            if (batch.head.first_seq > 0) {
                const auto facts = cluster::read_following(before_, batch);
                if (!facts)
                    return std::unexpected(
                        PgError{.kind = PgErrorKind::rejected, .what = facts.error().what}
                    );
                hash_ = cluster::hash_of(batch, hash_);
            }
            before_ = batch.head;
            heads.push_back(batch.head);
            heads.back().hash = hash_;
        }
        return heads;
    }
    std::uint64_t next_seq() const { return before_.last_seq + 1; }

private:
    Head before_;
    io::Sha256Digest hash_;
};

Awaitable<Result<std::uint64_t, PgError>> chain_anew(PgConnection& connection, Fork& fork) {
    std::uint64_t rows = 0;
    for (;;) {
        const auto batches =
            co_await read_some_batches(connection, rows == 0 ? 0 : fork.next_seq());
        if (!batches) co_return std::unexpected(batches.error());
        if (batches->empty()) break;
        const auto heads = fork.chain(*batches);
        if (!heads) co_return std::unexpected(heads.error());
        std::vector<PgQuery> write;
        for (const auto& head : *heads) {
            const auto first_seq = static_cast<std::int64_t>(head.first_seq);
            write.push_back({kNewHash, PgParams::of(first_seq, RowBytes{head.hash})});
        }
        if (auto written = co_await say(connection, std::move(write)); !written)
            co_return std::unexpected(written.error());
        rows += heads->size();
    }
    if (rows == 0)
        co_return std::unexpected(
            PgError{.kind = PgErrorKind::rejected, .what = "the journal has no first row"}
        );
    // The first row isn't a batch.
    co_return rows - 1;
}

}  // namespace

Awaitable<Result<void, PgError>> begin_to_rewrite(PgConnection& connection) {
    std::vector<PgQuery> begin{
        {{"", "BEGIN"}},
        {{"", "SET LOCAL idle_in_transaction_session_timeout = 0"}},
        {{"", "LOCK TABLE journal IN EXCLUSIVE MODE"}},
    };
    co_return co_await say(connection, std::move(begin));
}

Awaitable<Result<void, PgError>> commit_rewritten(PgConnection& connection) {
    std::vector<PgQuery> commit{{{"", "COMMIT"}}};
    co_return co_await say(connection, std::move(commit));
}

Awaitable<void> give_up_rewriting(PgConnection& connection) {
    if (!connection.is_usable() || !connection.is_in_transaction()) co_return;
    std::vector<PgQuery> undo{{{"", "ROLLBACK"}}};
    (void)co_await say(connection, std::move(undo));
}

Awaitable<Result<void, PgError>> add_batches(PgConnection& connection, std::vector<Batch> batches) {
    std::vector<PgQuery> add;
    add.reserve(batches.size());
    for (const auto& batch : batches)
        add.push_back({kAddRow, row_of(batch)});
    if (add.empty()) co_return Result<void, PgError>{};
    co_return co_await say(connection, std::move(add));
}

Awaitable<Result<std::uint64_t, PgError>>
fork_journal(PgConnection& connection, io::Random& random) {
    if (auto begun = co_await begin_to_rewrite(connection); !begun)
        co_return std::unexpected(begun.error());
    Fork fork{random_hash(random)};
    auto batches = co_await chain_anew(connection, fork);
    if (!batches) {
        co_await give_up_rewriting(connection);
        co_return batches;
    }
    if (auto committed = co_await commit_rewritten(connection); !committed)
        co_return std::unexpected(committed.error());
    co_return batches;
}

}  // namespace frontrow::store::postgres
