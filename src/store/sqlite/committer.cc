#include "store/sqlite/committer.h"

#include "io/short_slices.h"
#include "wire/fact_json.h"

#include <utility>

namespace frontrow::store::sqlite {
namespace {

/// Pages written between two checkpoints (of 4 KiB each; of 8 KiB in a journal of format 1). Bounds
/// how much the disk must write at once besides the commits.
constexpr int kCheckpointPages = 256;
/// The log is restarted when it has this many pages. A commit that extends the log's file costs the
/// device one operation more than a commit inside the file, so the log should soon reach its full
/// length.
constexpr int kLogPages = 512;
/// If the text buffer grows beyond this, it is freed after the batch.
constexpr std::size_t kLinesKept = 4 << 20;

}  // namespace

Committer::Committer(Journal journal, JournalHead head, io::SqliteDatabase log_mover, Done done)
    : journal_{std::move(journal)},
      head_{std::move(head)},
      log_mover_{std::move(log_mover)},
      done_{std::move(done)},
      journal_bytes_{journal_.bytes_passed()},
      checkpoint_thread_{[this] { run_checkpoints(); }},
      thread_{[this] { run(); }} {
}

Committer::~Committer() {
    (void)finish();
}

Result<JournalEnd, io::Fault> Committer::finish() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    batch_arrived_.notify_one();
    checkpoint_due_.notify_one();
    if (thread_.joinable()) thread_.join();
    if (checkpoint_thread_.joinable()) checkpoint_thread_.join();
    if (!fault_) {
        if (auto moved = journal_.checkpoint(); !moved) fault_ = std::move(moved.error());
    }
    if (fault_) return std::unexpected(*fault_);
    journal_.tidy_on_close();
    return journal_.end();
}

void Committer::abandon(const io::Fault& why) {
    {
        const std::lock_guard lock{mutex_};
        if (!fault_) fault_ = why;
    }
    batch_arrived_.notify_one();
    checkpoint_due_.notify_one();
}

void Committer::fail(const io::Fault& fault) {
    abandon(fault);
    done_(std::unexpected(fault));
}

void Committer::submit(SharedFacts batch) {
    {
        const std::lock_guard lock{mutex_};
        batch_ = std::move(batch);
    }
    batch_arrived_.notify_one();
}

void Committer::run() {
    io::run_in_short_slices();
    for (;;) {
        SharedFacts batch;
        {
            std::unique_lock lock{mutex_};
            batch_arrived_.wait(lock, [this] { return stopping_ || fault_ || batch_ != nullptr; });
            if (fault_ || batch_ == nullptr) return;
            batch = std::exchange(batch_, nullptr);
        }
        // After a fault, only a restart can tell what the disk holds.
        const auto bytes_before = journal_.bytes_passed();
        if (auto written = write(*batch); !written) return fail(written.error());
        done_(engine::Journal::Written{
            .end = journal_.end(), .bytes = journal_.bytes_passed() - bytes_before
        });
        if (auto moved = checkpoint_if_due(); !moved) return fail(moved.error());
    }
}

Result<void, io::Fault> Committer::write(const std::vector<domain::Fact>& batch) {
    lines_.clear();
    for (const auto& fact : batch) {
        wire::append_fact(lines_, fact);
        lines_ += '\n';
    }
    if (auto appended = journal_.append(batch.back().seq, lines_); !appended) return appended;
    journal_bytes_ = journal_.bytes_passed();
    if (lines_.capacity() > kLinesKept) lines_ = {};
    return head_.write(journal_.end());
}

/// The checkpoint thread moves the log into the database while batches are written. Once the log is
/// long, this function moves the few pages that were added meanwhile. It does so between two
/// batches, because SQLite restarts the log only when all of it has been moved.
///
/// A fault of either step fails the journal, as a failed commit does. The kernel reports a failed
/// write only once: a later sync would succeed without those pages, SQLite would restart the log,
/// and their content would be lost.
Result<void, io::Fault> Committer::checkpoint_if_due() {
    std::unique_lock lock{mutex_};
    if (checkpoint_ == Checkpoint::under_way) return {};
    const bool is_done = std::exchange(checkpoint_, Checkpoint::idle) == Checkpoint::done;
    const int pages = journal_.pages_in_log();
    if (pages < pages_at_checkpoint_) pages_at_checkpoint_ = 0;
    if (is_done && pages >= kLogPages) {
        lock.unlock();
        if (auto moved = journal_.checkpoint(); !moved) return std::unexpected(moved.error());
        pages_at_checkpoint_ = pages;
    } else if (pages - pages_at_checkpoint_ >= kCheckpointPages) {
        checkpoint_ = Checkpoint::under_way;
        pages_at_checkpoint_ = pages;
        checkpoint_due_.notify_one();
    }
    return {};
}

void Committer::run_checkpoints() {
    std::unique_lock lock{mutex_};
    for (;;) {
        checkpoint_due_.wait(lock, [this] {
            return stopping_ || fault_ || checkpoint_ == Checkpoint::under_way;
        });
        if (stopping_ || fault_) return;
        lock.unlock();
        if (auto moved = move_log(); !moved) return fail(moved.error());
        lock.lock();
        checkpoint_ = Checkpoint::done;
    }
}

Result<void, io::Fault> Committer::move_log() {
    if (auto moved = log_mover_.checkpoint(); !moved) return std::unexpected(moved.error());
    return log_mover_.sync();
}

}  // namespace frontrow::store::sqlite
