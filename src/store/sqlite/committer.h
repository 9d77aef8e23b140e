#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "io/sqlite.h"
#include "store/engine/journal.h"
#include "store/feed.h"
#include "store/sqlite/journal.h"
#include "store/sqlite/journal_head.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace frontrow::store::sqlite {

/// The thread that writes batches into the journal, one at a time, and a second thread that
/// checkpoints SQLite's write-ahead log.
class Committer {
public:
    /// Called on either thread.
    using Done = engine::Journal::Done;

    /// The journal must have been replayed. `log_mover` is a second connection to the same file.
    Committer(Journal journal, JournalHead head, io::SqliteDatabase log_mover, Done done);
    /// Does what finish() does. If that fails nothing is lost: the log is kept.
    ~Committer();
    Committer(const Committer&) = delete;
    Committer& operator=(const Committer&) = delete;

    /// Waits for the batch under way, ends both threads, moves the rest of the log into the
    /// database and returns the journal's end. No batch may be waiting, and none may follow.
    /// Returns the journal's first fault if it had any.
    Result<JournalEnd, io::Fault> finish();

    /// Writes nothing more and leaves the files as they are, because the journal can't be trusted
    /// any more.
    void abandon(const io::Fault& why);

    /// Bytes of the journal's facts, as lines. Any thread.
    std::uint64_t journal_bytes() const { return journal_bytes_; }

    /// Takes a batch to write. The previous one must have been answered by `done`.
    void submit(SharedFacts batch);

private:
    void run();
    Result<void, io::Fault> write(const std::vector<domain::Fact>& batch);
    void run_checkpoints();
    Result<void, io::Fault> move_log();
    Result<void, io::Fault> checkpoint_if_due();
    void fail(const io::Fault& fault);

    Journal journal_;
    JournalHead head_;
    /// Used by the checkpoint thread. It stays open, so that running out of file descriptors can't
    /// fail a checkpoint.
    io::SqliteDatabase log_mover_;
    Done done_;
    /// The batch as text; a member, so that its memory is reused.
    std::string lines_;
    /// The log's length in pages when the last checkpoint began.
    int pages_at_checkpoint_ = 0;
    std::atomic<std::uint64_t> journal_bytes_;

    enum class Checkpoint { idle, under_way, done };

    std::mutex mutex_;
    std::condition_variable batch_arrived_;
    std::condition_variable checkpoint_due_;
    /// Null if no batch is waiting.
    SharedFacts batch_;
    Checkpoint checkpoint_ = Checkpoint::idle;
    bool stopping_ = false;
    std::optional<io::Fault> fault_;
    std::thread checkpoint_thread_;
    std::thread thread_;
};

}  // namespace frontrow::store::sqlite
