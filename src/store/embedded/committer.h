#pragma once

#include "base/result.h"
#include "domain/facts.h"
#include "io/fault.h"
#include "store/embedded/journal.h"
#include "store/embedded/journal_head.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace frontrow::store::embedded {

/// The thread that writes batches into the journal, one at a time, and beside it the thread that
/// moves SQLite's log into the database.
class Committer {
public:
    /// What came of a batch; called on the committer's thread.
    using Done = std::function<void(Result<void, io::Fault>)>;

    /// The journal has been replayed. `file` is where it lies, for the checkpoints' own connection.
    Committer(
        Journal journal,
        JournalHead head,
        std::filesystem::path file,
        std::string vfs,
        Done done
    );
    /// Waits for the batch under way.
    ~Committer();
    Committer(const Committer&) = delete;
    Committer& operator=(const Committer&) = delete;

    /// Ends both threads, as the destructor does, and tells where the journal ends. Nothing waits
    /// to be written, and nothing comes after.
    JournalEnd finish();

    /// How many bytes of facts the journal has. Any thread.
    std::uint64_t journal_bytes() const { return journal_bytes_; }

    /// Takes a batch to write. The one before has been answered by `done`.
    void submit(std::vector<domain::Fact> batch);

private:
    void run();
    Result<void, io::Fault> write(const std::vector<domain::Fact>& batch);
    void run_checkpoints();
    void checkpoint_if_due();

    Journal journal_;
    JournalHead head_;
    std::filesystem::path file_;
    std::string vfs_;
    Done done_;
    /// The batch as text; kept for its memory.
    std::string lines_;
    /// How long the log was when the last checkpoint began.
    int pages_at_checkpoint_ = 0;
    std::atomic<std::uint64_t> journal_bytes_;
    bool failed_ = false;

    enum class Checkpoint { idle, under_way, done };

    std::mutex mutex_;
    std::condition_variable batch_arrived_;
    std::condition_variable checkpoint_due_;
    std::vector<domain::Fact> batch_;
    Checkpoint checkpoint_ = Checkpoint::idle;
    bool stopping_ = false;
    std::thread checkpoint_thread_;
    std::thread thread_;
};

}  // namespace frontrow::store::embedded
