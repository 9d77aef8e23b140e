#include "store/embedded/embedded_store.h"

#include "base/check.h"
#include "domain/evolve.h"
#include "io/awaitable.h"
#include "io/file.h"
#include "store/embedded/snapshot.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <thread>
#include <utility>

namespace frontrow::store::embedded {
namespace {

using io::Fault;
using io::FaultKind;
using io::use_awaitable;

constexpr std::chrono::milliseconds kTick{100};
/// The disk counts as stalled when a batch has been under way for more ticks than these.
constexpr auto kStallTicks = std::chrono::seconds{2} / kTick;
/// What has run out joins a batch in such numbers: about as much work as the requests that share
/// it, so that buyers keep half of the server while 100,000 holds that end together go in half a
/// second. A thousand were gone in a quarter of it, and buyers waited as long.
constexpr std::uint32_t kSweepChunk = 250;
/// A batch of so many facts waits for no more.
constexpr std::size_t kBatchEnough = 128;
/// After how many turns of the loop without a new fact a batch is written: in one of them Asio
/// finds what has become ready, in the next it tells.
constexpr int kQuietTurns = 2;
/// After how many it is written whatever comes: among many readers a buyer in every turn would keep
/// those before him waiting.
constexpr int kTurnsMax = 8;

Fault outcome_unknown() {
    return {FaultKind::outcome_unknown, "the journal failed"};
}

/// A house that has sold nothing for so long is told that its clock may be wrong.
constexpr std::chrono::days kLongAfter{2};

/// So many seats are freed in a turn of the loop, or what one call added.
constexpr std::size_t kFreeChunk = 10'000;

/// Some in each turn: two million seats at once would take a tenth of a second.
void free_blocks(const io::Executor& owner, domain::SeatBlocks blocks) {
    for (std::size_t freed = 0; !blocks.empty() && freed < kFreeChunk; blocks.pop_back())
        freed += blocks.back()->seats.size();
    if (blocks.empty()) return;
    boost::asio::post(owner, [owner, blocks = std::move(blocks)]() mutable {
        free_blocks(owner, std::move(blocks));
    });
}

/// New claims are what is refused first when the disk runs out, or hangs.
bool takes_on_more(const domain::Command& command) {
    return std::holds_alternative<domain::ReserveSeats>(command) ||
           std::holds_alternative<domain::CreateEvent>(command) ||
           std::holds_alternative<domain::UpdateEvent>(command) ||
           std::holds_alternative<domain::AddSeats>(command) ||
           std::holds_alternative<domain::CreateApiKey>(command);
}

}  // namespace

namespace {

/// Where there is no journal yet, makes its head: a journal without one is never new. Where the
/// file is gone SQLite would start anew and throw away what is left of its log.
Result<void, Fault> begin_new_journal(const DataFolder& folder) {
    std::error_code is_missing;
    const auto bytes = std::filesystem::file_size(folder.journal(), is_missing);
    if (!is_missing && bytes > 0) return {};
    if (auto none = check_head(folder.head(), JournalEnd{}); !none) return none;
    std::error_code ignored;
    if (std::filesystem::exists(folder.journal().string() + "-wal", ignored) ||
        !list_snapshots(folder.path()).empty()) {
        return std::unexpected(Fault{
            FaultKind::corrupt,
            folder.journal().string() +
                " is missing or empty, but its log or a snapshot of it is there; nothing was "
                "changed, restore a backup"
        });
    }
    if (is_missing != std::errc::no_such_file_or_directory) return {};
    auto head = JournalHead::establish(folder.head(), {});
    if (!head) return std::unexpected(head.error());
    return {};
}

}  // namespace

EmbeddedStore::EmbeddedStore(Settings settings, Ports ports, DataFolder folder)
    : settings_{std::move(settings)},
      ports_{std::move(ports)},
      folder_{std::move(folder)},
      time_{ports_.clock.read(), ports_.clock.now()},
      self_{std::make_shared<EmbeddedStore*>(this)} {
}

EmbeddedStore::~EmbeddedStore() = default;

Result<std::unique_ptr<EmbeddedStore>, Fault> EmbeddedStore::open(Settings settings, Ports ports) {
    auto folder = DataFolder::open(settings.folder);
    if (!folder) return std::unexpected(folder.error());
    std::unique_ptr<EmbeddedStore> store{
        new EmbeddedStore{std::move(settings), std::move(ports), std::move(*folder)}
    };
    if (auto begun = begin_new_journal(store->folder_); !begun)
        return std::unexpected(begun.error());
    const auto& vfs = store->settings_.vfs;
    auto journal = Journal::open(store->folder_.journal(), {.read_only = false, .vfs = vfs});
    if (!journal) {
        journal.error().what =
            "can't open " + store->folder_.journal().string() + ": " + journal.error().what;
        return std::unexpected(journal.error());
    }
    remove_unfinished_snapshots(store->folder_.path());
    auto recovered = recover(*journal, store->folder_.path());
    if (!recovered) return std::unexpected(recovered.error());
    if (auto whole = check_head(store->folder_.head(), journal->end()); !whole)
        return std::unexpected(whole.error());
    if (auto begun = store->begin_time(recovered->inventory); !begun)
        return std::unexpected(begun.error());
    // The journal is whole; before this line none of its files was changed.
    if (auto settled = journal->settle(); !settled) return std::unexpected(settled.error());
    store->head_was_missing_ = !JournalHead::read(store->folder_.head());
    auto head = JournalHead::establish(store->folder_.head(), journal->end());
    if (!head) return std::unexpected(head.error());
    auto log_mover = Journal::open_log_mover(store->folder_.journal(), vfs);
    if (!log_mover) return std::unexpected(log_mover.error());
    if (auto synced = io::sync_folder(store->folder_.path()); !synced)
        return std::unexpected(synced.error());
    if (auto noted = store->folder_.note_files(); !noted) return std::unexpected(noted.error());
    if (auto there = journal->check_name(); !there) return std::unexpected(there.error());
    store->begin(
        std::move(*recovered), std::move(*journal), std::move(*head), std::move(*log_mover)
    );
    return store;
}

/// A wall clock that is behind the newest fact is wrong, or was wrong when that was written; which,
/// only the operator knows. One that is far ahead can't be told from one that is right after a
/// rest.
Result<void, Fault> EmbeddedStore::begin_time(const domain::Inventory& recovered) {
    const auto reading = ports_.clock.read();
    if (recovered.last_seq() == 0) {
        time_ = io::CarriedTime{reading, reading.wall};
        return {};
    }
    const auto newest = recovered.last_at();
    const Millis ahead = reading.wall - newest;
    if (ahead < -io::CarriedTime::kAgreement && !settings_.accept_clock) {
        return std::unexpected(Fault{
            FaultKind::unavailable,
            "this machine's clock says " + to_rfc3339(reading.wall) +
                ", but the newest fact is of " + to_rfc3339(newest) +
                ": set the clock right, or go on from that fact's time with --accept-clock"
        });
    }
    if (ahead > kLongAfter && ports_.on_clock_news)
        ports_.on_clock_news(ClockNews::long_after_newest_fact, ahead);
    time_ = io::CarriedTime{reading, std::max(reading.wall, newest)};
    return {};
}

void EmbeddedStore::begin(
    Recovered recovered,
    Journal journal,
    JournalHead head,
    io::SqliteDatabase log_mover
) {
    for (const auto& fault : recovered.passed_over)
        note_trouble(fault);
    inventory_ = std::move(recovered.inventory);
    durable_seq_ = inventory_.last_seq();
    started_from_ = recovered.snapshot.last_seq + 1;
    generation_ = recovered.generation;
    auto done = [weak = std::weak_ptr{self_}, owner = ports_.owner](Result<void, Fault> written) {
        boost::asio::post(owner, [weak, written = std::move(written)]() mutable {
            if (const auto self = weak.lock()) (*self)->on_written(std::move(written));
        });
    };
    committer_ = std::make_unique<Committer>(
        std::move(journal), std::move(head), std::move(log_mover), std::move(done)
    );
    auto snapshots = settings_.snapshots;
    if (!snapshots.command.empty())
        snapshots.command.insert(snapshots.command.end(), {"--data-dir", folder_.path()});
    snapshots_ = std::make_unique<SnapshotTaker>(
        std::move(snapshots),
        recovered.snapshot_bytes,
        [this](const Fault& fault) { note_trouble(fault); }
    );
    ticker_ = std::make_unique<io::Ticker>(ports_.owner, kTick, [this] { tick(); });
    look_after();
}

Awaitable<void> EmbeddedStore::close() {
    ticker_.reset();
    is_closing_ = true;
    // A sweep that was on its way may have added to what was waited for.
    while (!is_durable(inventory_.last_seq())) {
        if (co_await until_tellable(inventory_.last_seq())) co_return;
    }
    if (failed_) co_return;
    const auto end = committer_->finish();
    if (!end) co_return fail(end.error());
    if (disk_is_low_ || !snapshots_->is_worth_one(committer_->journal_bytes())) co_return;
    // The next one is made from the journal's beginning, which would make the stop a long one.
    if (is_last_generation(generation_)) co_return;
    snapshots_.reset();
    if (auto written = write_snapshot(folder_.path(), inventory_, *end, generation_ + 1); !written)
        note_trouble(written.error());
}

std::optional<Fault> EmbeddedStore::refuse_work() const {
    if (failed_) return outcome_unknown();
    if (forming_waiters_.size() + writing_waiters_.size() >= settings_.waiting_max) {
        return Fault{FaultKind::overloaded, "too many requests wait for the disk"};
    }
    return std::nullopt;
}

bool EmbeddedStore::is_stalled() const {
    return writing_ && ticks_of_batch_ > kStallTicks;
}

std::optional<Fault> EmbeddedStore::refuse_more() const {
    if (disk_is_low_) return Fault{FaultKind::storage_low, "the disk is nearly full"};
    if (is_stalled()) return Fault{FaultKind::overloaded, "the disk is stalled"};
    return std::nullopt;
}

Awaitable<Result<domain::Outcome, Fault>>
EmbeddedStore::execute(domain::Command command, TraceId trace) {
    if (auto fault = refuse_work()) co_return std::unexpected(std::move(*fault));
    const auto at = now();
    auto decision = domain::decide(inventory_, command, at);
    // What was made before, and what is refused anyway, is answered as ever.
    if (!decision.facts.empty() && takes_on_more(command)) {
        if (auto fault = refuse_more()) co_return std::unexpected(std::move(*fault));
    }
    const auto bytes = decision.written_bytes;
    if (bytes > 0 && forming_bytes_ + bytes > settings_.batch_bytes_max) {
        co_return std::unexpected(
            Fault{FaultKind::overloaded, "the batch that is forming is too large"}
        );
    }
    forming_bytes_ += bytes;
    const auto rests_on =
        decision.facts.empty() ? decision.rests_on : record(std::move(decision.facts), at, trace);
    if (!is_durable(rests_on)) {
        const bool is_kept = co_await durable(rests_on);
        if (!is_kept) co_return std::unexpected(outcome_unknown());
    }
    co_return std::move(decision.outcome);
}

std::uint64_t EmbeddedStore::record(std::vector<domain::NewFact> facts, Instant at, TraceId trace) {
    for (auto& fact : facts) {
        const auto& recorded = forming_.emplace_back(
            inventory_.last_seq() + 1, at, trace, fact.event, std::move(fact.body)
        );
        if (std::holds_alternative<domain::EventDeleted>(recorded.body))
            let_seats_go(recorded.event);
        domain::evolve(inventory_, recorded);
    }
    schedule_write();
    return inventory_.last_seq();
}

void EmbeddedStore::let_seats_go(EventId event) {
    seat_maps_.forget(event);
    free_blocks(ports_.owner, inventory_.find_event(event)->blocks);
}

/// Not at once: the requests that are ready share the batch. A commit takes the same time however
/// few they are, and those who come a moment too late wait for two.
void EmbeddedStore::schedule_write() {
    if (writing_ || std::exchange(write_is_posted_, true)) return;
    waited_ = {.facts = forming_.size()};
    wait_a_turn();
}

void EmbeddedStore::wait_a_turn() {
    boost::asio::post(ports_.owner, [weak = std::weak_ptr{self_}] {
        if (const auto self = weak.lock()) (*self)->on_turn();
    });
}

void EmbeddedStore::on_turn() {
    const bool has_grown = forming_.size() > waited_.facts;
    waited_.facts = forming_.size();
    waited_.quiet_turns = has_grown ? 0 : waited_.quiet_turns + 1;
    ++waited_.turns;
    if (waited_.facts < kBatchEnough && waited_.quiet_turns < kQuietTurns &&
        waited_.turns < kTurnsMax)
        return wait_a_turn();
    write_is_posted_ = false;
    write_next_batch();
}

void EmbeddedStore::write_next_batch() {
    if (writing_ || failed_ || forming_.empty()) return;
    writing_ = true;
    ticks_of_batch_ = 0;
    writing_seq_ = forming_.back().seq;
    answer_coming();
    CHECK(writing_waiters_.empty());
    std::swap(writing_waiters_, forming_waiters_);
    const auto usual = forming_.capacity();
    committer_->submit(std::exchange(forming_, {}));
    forming_bytes_ = 0;
    // The disk takes longest: where the committer waits for this processor, it goes first.
    std::this_thread::yield();
    forming_.reserve(std::min<std::size_t>(usual, 1'024));
}

void EmbeddedStore::on_written(Result<void, Fault> written) {
    if (!written) return fail(written.error());
    // The journal failed elsewhere while this batch was written; its waiters were answered then.
    if (failed_) return;
    CHECK(writing_ && writing_seq_ > durable_seq_);
    durable_seq_ = writing_seq_;
    writing_ = false;
    auto released = std::exchange(writing_waiters_, {});
    if (forming_.size() >= kBatchEnough) {
        write_next_batch();
    } else if (!forming_.empty()) {
        schedule_write();
    }
    // Behind the answers, the last of which may end the store.
    if (inventory_.has_expired_holds(now())) {
        boost::asio::post(ports_.owner, [weak = std::weak_ptr{self_}] {
            if (const auto self = weak.lock()) (*self)->sweep();
        });
    }
    for (auto& waiter : released)
        waiter(true);
}

void EmbeddedStore::fail(const Fault& fault) {
    if (std::exchange(failed_, true)) return;
    committer_->abandon(fault);
    // Before the waiters, the last of which may end the store.
    ports_.on_failure(fault);
    auto waiting = std::exchange(writing_waiters_, {});
    std::ranges::move(forming_waiters_, std::back_inserter(waiting));
    forming_waiters_.clear();
    for (auto& waiter : waiting)
        waiter(false);
}

Awaitable<bool> EmbeddedStore::durable(std::uint64_t seq) {
    return boost::asio::async_initiate<decltype(io::use_awaitable)&, void(bool)>(
        [this, seq](auto handler) {
            const bool is_being_written = writing_ && seq <= writing_seq_;
            (is_being_written ? writing_waiters_ : forming_waiters_)
                .emplace_back(std::move(handler));
        },
        use_awaitable
    );
}

Awaitable<std::optional<Fault>> EmbeddedStore::until_tellable(std::uint64_t seq) {
    if (failed_) co_return outcome_unknown();
    if (is_durable(seq)) co_return std::nullopt;
    const bool is_kept = co_await durable(seq);
    if (!is_kept) co_return outcome_unknown();
    co_return std::nullopt;
}

void EmbeddedStore::sweep() {
    const auto at = now();
    lapse_some(at);
    if (failed_ || is_closing_ || forming_.size() >= kSweepChunk ||
        !inventory_.has_expired_holds(at))
        return;
    auto decision = domain::decide(inventory_, domain::ExpireHolds{kSweepChunk}, at);
    record(std::move(decision.facts), at, TraceId{});
}

void EmbeddedStore::tick() {
    if (failed_) return;
    if (auto there = folder_.check_files(); !there) return fail(there.error());
    ++ticks_of_batch_;
    look_after();
}

void EmbeddedStore::look_after() {
    disk_is_low_ = ports_.disk.free_bytes(folder_.path()) < settings_.disk_reserve;
    sweep();
    watch_clock();
    if (!disk_is_low_) snapshots_->look(committer_->journal_bytes());
}

/// After the sweep, which has read the clock.
void EmbeddedStore::watch_clock() {
    const bool was_alarmed = std::exchange(is_clock_alarmed_, !time_.agrees());
    if (was_alarmed == is_clock_alarmed_ || !ports_.on_clock_news) return;
    ports_.on_clock_news(
        is_clock_alarmed_ ? ClockNews::disagrees : ClockNews::agrees_again, time_.wall_ahead()
    );
}

std::optional<ClockState> EmbeddedStore::clock() {
    now();
    return ClockState{.wall_ahead = time_.wall_ahead(), .is_alarmed = !time_.agrees()};
}

}  // namespace frontrow::store::embedded
