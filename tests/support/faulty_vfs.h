#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace frontrow::test {

/// An SQLite VFS over the system's whose disk breaks when it's told to: a write or a sync fails, a
/// sync hangs, the power goes. It is registered under a name of its own while it lives, which must
/// be longer than any connection that was opened by that name. Any thread.
///
/// What was written and not synced is remembered file by file, so that a power cut can take it
/// back. A sync that fails does what the kernel does then: it says so once, what it should have
/// written is read as before and never reaches the disk, and the syncs after it succeed without it.
/// Nothing is really synced: the test's machine keeps its power, and the tests are quick.
class FaultyVfs {
public:
    enum class Op : std::uint8_t { write, sync };

    FaultyVfs();
    ~FaultyVfs();
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;

    const std::string& name() const;

    /// How many there have been. Shortening a file counts as a write to it.
    std::uint64_t count(Op op) const;

    /// The `nth` operation of this kind from now on (1 is the next) fails with `code`, an SQLite
    /// result; those after it succeed again. Of a write that fails the first half is written. Only
    /// operations on files whose path ends with `file` count.
    void fail(Op op, std::uint64_t nth, int code, std::string_view file = {});
    /// Forgets a failure that hasn't happened yet.
    void repair();

    /// Lets no sync return from now on.
    void hold_syncs();
    /// Returns when one waits. Throws if none comes.
    void wait_for_held_sync();
    void release_syncs();

    /// From the `nth` write or sync from now on nothing reaches the disk any more: each fails.
    void cut_power(std::uint64_t nth = 1);
    bool is_power_cut() const;
    /// Gives each file what it held at its last sync and, if `survivors` is given, a random part of
    /// what was written after it: whole writes, torn ones, and later ones without the earlier. No
    /// file may be open.
    void restore_power(std::mt19937_64* survivors = nullptr);

private:
    struct State;
    struct Vfs;

    std::unique_ptr<State> state_;
    std::unique_ptr<Vfs> vfs_;
};

}  // namespace frontrow::test
