#include "store/postgres/feed_view.h"

#include "domain/evolve.h"
#include "io/timer.h"
#include "store/postgres/statements.h"
#include "wire/fact_json.h"

#include <boost/asio/this_coro.hpp>

#include <array>
#include <string>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using io::postgres::PgError;
using io::postgres::PgErrorKind;
using io::postgres::PgParams;
using io::postgres::PgQuery;

constexpr std::int64_t kFactsARead = 5'000;
/// How soon a gap is looked at again: about the time of a transaction.
constexpr std::chrono::milliseconds kGapPause{2};

}  // namespace

io::Awaitable<FeedView::Answer> FeedView::catch_up() {
    return boost::asio::async_initiate<decltype(io::use_awaitable)&, void(Answer)>(
        [this](auto handler) {
            waiters_.emplace_back(std::move(handler));
            if (!std::exchange(is_running_, true)) tasks_.spawn(run_rounds());
        },
        io::use_awaitable
    );
}

/// A round serves those who waited when it began: who comes later may ask for what was committed
/// after its query.
io::Awaitable<void> FeedView::run_rounds() {
    while (!waiters_.empty()) {
        auto served = std::exchange(waiters_, {});
        const auto answer = co_await run_round();
        for (auto& waiter : served)
            waiter(answer);
    }
    is_running_ = false;
}

io::Awaitable<FeedView::Answer> FeedView::run_round() {
    auto lease = co_await pool_.acquire();
    if (!lease) co_return std::unexpected(std::move(lease.error()));
    std::uint64_t head = 0;
    for (;;) {
        const std::array queries{
            PgQuery{kReadFacts, PgParams::of(static_cast<std::int64_t>(position_), kFactsARead)},
            PgQuery{kNow}
        };
        auto results = co_await (*lease)->run(queries);
        if (!results) co_return std::unexpected(std::move(results.error()));
        const auto& facts = results->front();
        const bool is_all = facts.rows() < kFactsARead;
        // What the first full look has seen is what was committed when it was asked.
        if (is_all && head == 0 && facts.rows() > 0)
            head = static_cast<std::uint64_t>(facts.int8(facts.rows() - 1, 0));
        const bool has_gap = take(facts);
        if (unreadable_ != 0) {
            co_return std::unexpected(PgError{
                .kind = PgErrorKind::rejected,
                .sqlstate = {},
                .constraint = {},
                .what = "fact " + std::to_string(unreadable_) +
                        " can't be read; if a newer frontrow wrote it, run that one here as well",
            });
        }
        if (is_all && position_ >= head) co_return results->back().instant(0, 0);
        if (!has_gap) continue;
        if (gap_->transactions_until == 0) {
            const std::array draw{PgQuery{kDrawTransaction}};
            auto drawn = co_await (*lease)->run(draw);
            if (!drawn) co_return std::unexpected(std::move(drawn.error()));
            gap_->transactions_until = drawn->front().int8(0, 0);
        }
        io::Timer pause{co_await boost::asio::this_coro::executor, kGapPause};
        co_await pause.async_wait(io::use_awaitable);
    }
}

/// Evolves by the facts up to a gap that may not be passed yet. True: there is one.
bool FeedView::take(const io::postgres::PgResult& facts) {
    unreadable_ = 0;
    for (int row = 0; row < facts.rows(); ++row) {
        const auto seq = static_cast<std::uint64_t>(facts.int8(row, 0));
        if (seq != position_ + 1 && !may_pass_gap(seq, facts.int8(row, 2))) return true;
        const auto fact = wire::parse_fact(facts.text(row, 1));
        if (!fact || fact->seq != seq) {
            unreadable_ = seq;
            return false;
        }
        domain::evolve(inventory_, *fact);
        position_ = seq;
        if (on_fact_) on_fact_(*fact);
    }
    return false;
}

/// A number is drawn by a transaction that has its id already: once all with lower ids than one
/// drawn after the gap was seen have ended, and the number is still missing, it never comes.
bool FeedView::may_pass_gap(std::uint64_t before, std::int64_t xmin) {
    if (!gap_ || gap_->before != before) gap_ = Gap{.before = before, .transactions_until = 0};
    return gap_->transactions_until != 0 && xmin >= gap_->transactions_until;
}

}  // namespace frontrow::store::postgres
