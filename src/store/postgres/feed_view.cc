#include "store/postgres/feed_view.h"

#include "domain/evolve.h"
#include "io/timer.h"
#include "store/postgres/statements.h"
#include "wire/fact_json.h"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::store::postgres {
namespace {

using io::postgres::PgError;
using io::postgres::PgErrorKind;
using io::postgres::PgParams;
using io::postgres::PgQuery;

/// How much of a fact says which it is: its number, time and trace are among the first 128
/// characters.
constexpr std::size_t kBeginning = 512;
/// How soon a gap is looked at again: about the time of a transaction.
constexpr std::chrono::milliseconds kGapPause{2};

PgError failed(PgErrorKind kind, std::string what) {
    return {.kind = kind, .sqlstate = {}, .constraint = {}, .what = std::move(what)};
}

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

void FeedView::give_up(const std::string& why) {
    const Answer failure{std::unexpected(failed(PgErrorKind::unavailable, why))};
    answer(served_, failure);
    answer(waiters_, failure);
}

void FeedView::answer(std::vector<Waiter>& waiters, const Answer& answer) {
    for (auto& waiter : std::exchange(waiters, {}))
        waiter(answer);
}

/// A round serves those who waited when it began: who comes later may ask for what was committed
/// after its query.
io::Awaitable<void> FeedView::run_rounds() {
    while (!waiters_.empty()) {
        served_ = std::exchange(waiters_, {});
        answer(served_, co_await run_round());
    }
    is_running_ = false;
}

io::Awaitable<FeedView::Answer> FeedView::run_round() {
    auto lease = co_await pool_.acquire();
    if (!lease) co_return std::unexpected(std::move(lease.error()));
    std::uint64_t head = 0;
    while (!is_stopping_) {
        const auto position = static_cast<std::int64_t>(position_);
        std::vector<PgQuery> queries;
        // Before the facts: what has been written by who has ended is then among them.
        if (gap_) queries.push_back({kReadWriters});
        queries.push_back({kReadFacts, PgParams::of(position, kFactsARead, kBytesARead)});
        queries.push_back({kNow});
        const auto results = co_await (*lease)->run(queries);
        if (!results) co_return std::unexpected(results.error());
        const auto& facts = (*results)[results->size() - 2];
        if (position_ != 0 && !has_last_line(facts)) {
            is_of_another_past_ = true;
            co_return std::unexpected(failed(
                PgErrorKind::rejected, "the database has another past than this node has seen"
            ));
        }
        // What the first look has seen is what was committed when it was asked.
        if (head == 0 && facts.rows() > 0) head = static_cast<std::uint64_t>(facts.int8(0, 2));
        if (gap_) note_writers(results->front());
        take(facts);
        if (unreadable_ != 0) {
            co_return std::unexpected(failed(
                PgErrorKind::rejected,
                "fact " + std::to_string(unreadable_) +
                    " can't be read; if a newer frontrow wrote it, run that one here as well"
            ));
        }
        if (position_ >= head) co_return results->back().instant(0, 0);
        if (!gap_) continue;
        io::Timer pause{co_await boost::asio::this_coro::executor, kGapPause};
        co_await pause.async_wait(io::use_awaitable);
    }
    co_return std::unexpected(failed(PgErrorKind::unavailable, "the node is stopping"));
}

/// Whether the last fact that was taken is still there, and the same.
bool FeedView::has_last_line(const io::postgres::PgResult& facts) const {
    return facts.rows() > 0 && static_cast<std::uint64_t>(facts.int8(0, 0)) == position_ &&
           last_line_.starts_with(facts.text(0, 1));
}

void FeedView::note_writers(const io::postgres::PgResult& writers) {
    std::vector<std::string> now;
    now.reserve(static_cast<std::size_t>(writers.rows()));
    for (int row = 0; row < writers.rows(); ++row)
        now.emplace_back(writers.text(row, 0));
    if (!gap_->writers) {
        gap_->writers = std::move(now);
        return;
    }
    std::erase_if(*gap_->writers, [&](const auto& one) {
        return std::ranges::find(now, one) == now.end();
    });
}

/// Evolves by the facts up to a gap that may not be passed yet.
void FeedView::take(const io::postgres::PgResult& facts) {
    unreadable_ = 0;
    for (int row = position_ == 0 ? 0 : 1; row < facts.rows(); ++row) {
        const auto seq = static_cast<std::uint64_t>(facts.int8(row, 0));
        if (seq != position_ + 1 && !may_pass_gap(seq)) return;
        gap_.reset();
        const auto line = facts.text(row, 1);
        const auto fact = wire::parse_fact(line);
        if (!fact || fact->seq != seq) {
            unreadable_ = seq;
            return;
        }
        domain::evolve(inventory_, *fact);
        position_ = seq;
        last_line_ = line.substr(0, kBeginning);
        if (on_fact_) on_fact_(*fact);
    }
}

/// Once those who were writing when the gap had been seen have ended, and the number is still
/// missing, it never comes.
bool FeedView::may_pass_gap(std::uint64_t before) {
    if (!gap_ || gap_->before != before) gap_ = Gap{.before = before, .writers = {}};
    return gap_->writers && gap_->writers->empty();
}

}  // namespace frontrow::store::postgres
