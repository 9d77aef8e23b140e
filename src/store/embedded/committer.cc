#include "store/embedded/committer.h"

#include "io/short_slices.h"
#include "wire/fact_json.h"

#include <utility>

namespace frontrow::store::embedded {
namespace {

/// How many pages (of 4 KiB; of 8 in a journal of format 1) are written between two checkpoints:
/// what the disk is given at once, beside the commits.
constexpr int kCheckpointPages = 256;
/// After how many the log is begun anew. A commit that lengthens its file is one operation of the
/// device more than one inside of it, so it should soon be as long as it gets.
constexpr int kLogPages = 512;
/// Text that a large batch leaves behind is given back.
constexpr std::size_t kLinesKept = 4 << 20;

}  // namespace

Committer::Committer(
    Journal journal,
    JournalHead head,
    std::filesystem::path file,
    std::string vfs,
    Done done
)
    : journal_{std::move(journal)},
      head_{std::move(head)},
      file_{std::move(file)},
      vfs_{std::move(vfs)},
      done_{std::move(done)},
      journal_bytes_{journal_.bytes_passed()},
      checkpoint_thread_{[this] { run_checkpoints(); }},
      thread_{[this] { run(); }} {
}

Committer::~Committer() {
    finish();
    if (!failed_) journal_.tidy_on_close();
}

JournalEnd Committer::finish() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    batch_arrived_.notify_one();
    checkpoint_due_.notify_one();
    if (thread_.joinable()) thread_.join();
    if (checkpoint_thread_.joinable()) checkpoint_thread_.join();
    return journal_.end();
}

void Committer::submit(std::vector<domain::Fact> batch) {
    {
        const std::lock_guard lock{mutex_};
        batch_ = std::move(batch);
    }
    batch_arrived_.notify_one();
}

void Committer::run() {
    io::run_in_short_slices();
    for (;;) {
        std::vector<domain::Fact> batch;
        {
            std::unique_lock lock{mutex_};
            batch_arrived_.wait(lock, [this] { return stopping_ || !batch_.empty(); });
            if (batch_.empty()) return;
            batch = std::exchange(batch_, {});
        }
        auto written = write(batch);
        failed_ = !written;
        done_(std::move(written));
        // What the disk holds now is known only to a restart.
        if (failed_) return;
        checkpoint_if_due();
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

/// The checkpoint thread moves the log into the database while batches go on. Once the log is long,
/// the little that was added meanwhile is moved here, between two batches: it starts anew only when
/// nothing is left in it.
void Committer::checkpoint_if_due() {
    std::unique_lock lock{mutex_};
    if (checkpoint_ == Checkpoint::under_way) return;
    const bool is_done = std::exchange(checkpoint_, Checkpoint::idle) == Checkpoint::done;
    const int pages = journal_.pages_in_log();
    if (pages < pages_at_checkpoint_) pages_at_checkpoint_ = 0;
    if (is_done && pages >= kLogPages) {
        lock.unlock();
        // A checkpoint that fails costs room in the log and no fact; a disk that is broken shows at
        // the next commit.
        (void)journal_.checkpoint();
        pages_at_checkpoint_ = pages;
    } else if (pages - pages_at_checkpoint_ >= kCheckpointPages) {
        checkpoint_ = Checkpoint::under_way;
        pages_at_checkpoint_ = pages;
        checkpoint_due_.notify_one();
    }
}

void Committer::run_checkpoints() {
    std::unique_lock lock{mutex_};
    for (;;) {
        checkpoint_due_.wait(lock, [this] {
            return stopping_ || checkpoint_ == Checkpoint::under_way;
        });
        if (stopping_) return;
        lock.unlock();
        if (auto database = io::SqliteDatabase::open(
                file_, io::SqliteDatabase::Mode::read_write_create, vfs_
            )) {
            (void)database->checkpoint();
            (void)database->sync();
        }
        lock.lock();
        checkpoint_ = Checkpoint::done;
    }
}

}  // namespace frontrow::store::embedded
