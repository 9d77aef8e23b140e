#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace frontrow::test {

/// An SQLite VFS on top of the system's, whose disk breaks when the test says so: a write or a sync
/// fails, a sync hangs, the power fails. It is registered under its own name while it lives. It
/// must outlive every connection that was opened under that name. Any thread.
///
/// The VFS remembers each file's unsynced writes, so that a power cut can take them back. A failed
/// sync behaves as in the Linux kernel: it fails once, its writes are still read but never reach
/// the disk, and later syncs succeed without them. Nothing is really synced, which keeps the tests
/// fast; the machine that runs the tests doesn't lose its power.
class FaultyVfs {
public:
    enum class Op : std::uint8_t { write, sync };

    FaultyVfs();
    ~FaultyVfs();
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;

    const std::string& name() const;

    /// The number of these operations so far. Shortening a file counts as a write to it.
    std::uint64_t count(Op op) const;

    /// The `nth` operation of this kind from now on (1 is the next) fails with `code`, an SQLite
    /// result; later ones succeed again. A failing write still writes its first half. Only
    /// operations on files whose path ends with `file` count.
    void fail(Op op, std::uint64_t nth, int code, std::string_view file = {});
    /// Cancels a failure that hasn't happened yet.
    void repair();

    /// From now on every sync hangs until it is released.
    void hold_syncs();
    /// Returns when a sync hangs. Throws if none comes.
    void wait_for_held_sync();
    void release_syncs();

    /// The system drops the pages of logs from its cache: what a failed sync left unwritten is no
    /// longer read.
    void drop_cache_of_logs();

    /// Counted from now on, the `nth` write or sync and all later ones fail, and nothing reaches
    /// the disk.
    void cut_power(std::uint64_t nth = 1);
    bool is_power_cut() const;
    /// Resets each file to its content at its last sync. If `survivors` is given, keeps a random
    /// part of the later writes: some whole, some torn, and some without the writes before them. No
    /// file may be open.
    void restore_power(std::mt19937_64* survivors = nullptr);

private:
    struct State;
    struct Vfs;

    std::unique_ptr<State> state_;
    std::unique_ptr<Vfs> vfs_;
};

}  // namespace frontrow::test
