#include "support/faulty_vfs.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <ranges>
#include <sqlite3.h>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::test {
namespace {

constexpr std::size_t kSector = 512;
constexpr std::chrono::seconds kPatience{60};

/// A write or a truncation, with the bytes that it replaced and the bytes that it wrote.
struct Change {
    sqlite3_int64 offset = 0;
    sqlite3_int64 size_before = 0;
    sqlite3_int64 size_after = 0;
    std::string before;
    std::string after;
};

using Changes = std::vector<Change>;

struct FileState {
    /// The changes since the last sync, even if that sync failed.
    Changes unsynced;
    /// What the disk holds of this file, set once a sync has failed. Until then, the disk holds
    /// what a read returns, with the changes in `unsynced` undone.
    std::optional<std::string> on_disk;
};

std::size_t length_of(sqlite3_int64 size) {
    return static_cast<std::size_t>(size);
}

void put(std::string& content, sqlite3_int64 offset, std::string_view bytes) {
    const auto at = length_of(offset);
    if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
    content.replace(at, bytes.size(), bytes);
}

std::string without(std::string content, const Changes& changes) {
    for (const auto& change : std::views::reverse(changes)) {
        content.resize(length_of(change.size_before));
        put(content, change.offset, change.before);
    }
    return content;
}

/// Applies a truncation, or the first `bytes` bytes of a write.
void carry_out(std::string& content, const Change& change, std::size_t bytes) {
    put(content, change.offset, std::string_view{change.after}.substr(0, bytes));
    if (change.after.empty()) content.resize(length_of(change.size_after));
}

void carry_out_some(std::string& content, const Changes& changes, std::mt19937_64& random) {
    for (const auto& change : changes) {
        const auto sectors = change.after.size() / kSector + 1;
        const auto fate = random() % 4;
        if (fate == 0) continue;
        const auto kept = fate == 1 ? kSector * (random() % sectors) : change.after.size();
        carry_out(content, change, kept);
    }
}

/// Reads a file without SQLite's functions but through SQLite's descriptor. Opening and closing
/// another descriptor of the file would release SQLite's locks.
std::string read_all(sqlite3_file* real) {
    sqlite3_int64 size = 0;
    real->pMethods->xFileSize(real, &size);
    std::string content(length_of(size), '\0');
    if (size > 0) real->pMethods->xRead(real, content.data(), static_cast<int>(size), 0);
    return content;
}

std::string read_all(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Our part of an open file. The real VFS's part follows directly behind it; SQLite allocates
/// zeroed memory for both.
struct File : sqlite3_file {
    void* vfs_state;
    const char* path;

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& file_of(sqlite3_file* file) {
    return *static_cast<File*>(file);
}

/// A function of the VFS that only forwards the call to the real VFS, e.g.
/// forward<&sqlite3_io_methods::xRead>.
template <auto member>
struct Forward;

template <
    class Answer,
    class... Arguments,
    Answer (*sqlite3_io_methods::*member)(sqlite3_file*, Arguments...)>
struct Forward<member> {
    static Answer call(sqlite3_file* file, Arguments... arguments) {
        auto* real = file_of(file).real();
        return (real->pMethods->*member)(real, arguments...);
    }
};

template <
    class Answer,
    class... Arguments,
    Answer (*sqlite3_vfs::*member)(sqlite3_vfs*, Arguments...)>
struct Forward<member> {
    static Answer call(sqlite3_vfs*, Arguments... arguments) {
        auto* real = sqlite3_vfs_find(nullptr);
        return (real->*member)(real, arguments...);
    }
};

template <auto member>
constexpr auto forward = &Forward<member>::call;

}  // namespace

struct FaultyVfs::State {
    static State& of(sqlite3_file* file) { return *static_cast<State*>(file_of(file).vfs_state); }

    /// Counts the operation. Returns SQLITE_OK, or the code with which the operation must fail.
    /// Call it under the lock.
    int fate_of(Op op, std::string_view path, int power_cut_code) {
        ++counts[static_cast<std::size_t>(op)];
        if (power_left > 0) {
            --power_left;
            if (power_left == 0) power_is_cut = true;
        }
        if (power_is_cut) return power_cut_code;
        if (op != failing || until_failure == 0 || !path.ends_with(failing_file)) return SQLITE_OK;
        --until_failure;
        return until_failure > 0 ? SQLITE_OK : failure;
    }

    /// Remembers the content that a change of `size` bytes at `offset` is about to replace. Call it
    /// under the lock.
    static Change look_before(sqlite3_file* real, sqlite3_int64 offset, sqlite3_int64 size) {
        Change change{.offset = offset};
        real->pMethods->xFileSize(real, &change.size_before);
        const auto there = std::clamp<sqlite3_int64>(change.size_before - offset, 0, size);
        change.before.resize(static_cast<std::size_t>(there));
        if (there > 0)
            real->pMethods->xRead(real, change.before.data(), static_cast<int>(there), offset);
        change.size_after = std::max(change.size_before, offset + size);
        return change;
    }

    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
        auto& state = of(file);
        auto* real = file_of(file).real();
        const std::lock_guard lock{state.mutex};
        const int fate = state.fate_of(Op::write, file_of(file).path, SQLITE_IOERR_WRITE);
        if (state.power_is_cut) return fate;
        const int written = fate == SQLITE_OK ? size : size / 2;
        auto change = look_before(real, offset, written);
        change.after.assign(static_cast<const char*>(bytes), static_cast<std::size_t>(written));
        const int code = real->pMethods->xWrite(real, bytes, written, offset);
        if (code == SQLITE_OK)
            state.files[file_of(file).path].unsynced.push_back(std::move(change));
        return fate == SQLITE_OK ? code : fate;
    }

    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        auto& state = of(file);
        auto* real = file_of(file).real();
        const std::lock_guard lock{state.mutex};
        const int fate = state.fate_of(Op::write, file_of(file).path, SQLITE_IOERR_TRUNCATE);
        if (fate != SQLITE_OK) return fate;
        sqlite3_int64 before = 0;
        real->pMethods->xFileSize(real, &before);
        auto change = look_before(real, size, std::max<sqlite3_int64>(before - size, 0));
        change.size_after = size;
        const int code = real->pMethods->xTruncate(real, size);
        if (code == SQLITE_OK)
            state.files[file_of(file).path].unsynced.push_back(std::move(change));
        return code;
    }

    static int sync(sqlite3_file* file, int) {
        auto& state = of(file);
        std::unique_lock lock{state.mutex};
        ++state.syncs_waiting;
        state.sync_came.notify_all();
        state.syncs_released.wait(lock, [&] { return !state.syncs_are_held; });
        --state.syncs_waiting;
        const int fate = state.fate_of(Op::sync, file_of(file).path, SQLITE_IOERR_FSYNC);
        if (!state.power_is_cut) state.end_sync(file, fate == SQLITE_OK);
        return fate;
    }

    /// If the sync failed, its writes never reach the disk, although reads still return them. Call
    /// it under the lock.
    void end_sync(sqlite3_file* file, bool is_good) {
        auto& state = files[file_of(file).path];
        if (!is_good && !state.on_disk)
            state.on_disk = without(read_all(file_of(file).real()), state.unsynced);
        if (is_good && state.on_disk) {
            for (const auto& change : state.unsynced)
                carry_out(*state.on_disk, change, change.after.size());
        }
        state.unsynced.clear();
    }

    static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* given);
    static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder);

    std::string name;
    mutable std::mutex mutex;
    std::map<std::string, FileState> files;
    std::array<std::uint64_t, 2> counts{};

    Op failing = Op::write;
    std::uint64_t until_failure = 0;
    int failure = SQLITE_OK;
    std::string failing_file;

    std::uint64_t power_left = 0;
    bool power_is_cut = false;

    bool syncs_are_held = false;
    int syncs_waiting = 0;
    std::condition_variable sync_came;
    std::condition_variable syncs_released;
};

struct FaultyVfs::Vfs {
    sqlite3_vfs table;
};

int FaultyVfs::State::open(
    sqlite3_vfs* vfs,
    const char* path,
    sqlite3_file* file,
    int flags,
    int* given
) {
    using Io = sqlite3_io_methods;
    // Version 2 of SQLite's interface: with the WAL index, without memory-mapped pages.
    static constexpr sqlite3_io_methods methods{
        .iVersion = 2,
        .xClose = forward<&Io::xClose>,
        .xRead = forward<&Io::xRead>,
        .xWrite = write,
        .xTruncate = truncate,
        .xSync = sync,
        .xFileSize = forward<&Io::xFileSize>,
        .xLock = forward<&Io::xLock>,
        .xUnlock = forward<&Io::xUnlock>,
        .xCheckReservedLock = forward<&Io::xCheckReservedLock>,
        .xFileControl = forward<&Io::xFileControl>,
        .xSectorSize = forward<&Io::xSectorSize>,
        .xDeviceCharacteristics = forward<&Io::xDeviceCharacteristics>,
        .xShmMap = forward<&Io::xShmMap>,
        .xShmLock = forward<&Io::xShmLock>,
        .xShmBarrier = forward<&Io::xShmBarrier>,
        .xShmUnmap = forward<&Io::xShmUnmap>,
    };
    auto* real_vfs = sqlite3_vfs_find(nullptr);
    auto& ours = file_of(file);
    const int code = real_vfs->xOpen(real_vfs, path, ours.real(), flags, given);
    ours.vfs_state = vfs->pAppData;
    ours.path = path == nullptr ? "" : path;
    ours.pMethods = ours.real()->pMethods == nullptr ? nullptr : &methods;
    return code;
}

int FaultyVfs::State::remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    auto& state = *static_cast<State*>(vfs->pAppData);
    const std::lock_guard lock{state.mutex};
    if (state.power_is_cut) return SQLITE_IOERR_DELETE;
    state.files.erase(path);
    return forward<&sqlite3_vfs::xDelete>(vfs, path, sync_folder);
}

FaultyVfs::FaultyVfs() : state_{std::make_unique<State>()}, vfs_{std::make_unique<Vfs>()} {
    static std::atomic<int> made = 0;
    state_->name = "frontrow-faulty-" + std::to_string(++made);
    using Real = sqlite3_vfs;
    const auto* real = sqlite3_vfs_find(nullptr);
    vfs_->table = sqlite3_vfs{
        .iVersion = 2,
        .szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile,
        .mxPathname = real->mxPathname,
        .pNext = nullptr,
        .zName = state_->name.c_str(),
        .pAppData = state_.get(),
        .xOpen = State::open,
        .xDelete = State::remove,
        .xAccess = forward<&Real::xAccess>,
        .xFullPathname = forward<&Real::xFullPathname>,
        .xDlOpen = nullptr,
        .xDlError = nullptr,
        .xDlSym = nullptr,
        .xDlClose = nullptr,
        .xRandomness = forward<&Real::xRandomness>,
        .xSleep = forward<&Real::xSleep>,
        .xCurrentTime = forward<&Real::xCurrentTime>,
        .xGetLastError = forward<&Real::xGetLastError>,
        .xCurrentTimeInt64 = forward<&Real::xCurrentTimeInt64>,
    };
    if (sqlite3_vfs_register(&vfs_->table, 0) != SQLITE_OK)
        throw std::runtime_error("can't register the VFS");
}

FaultyVfs::~FaultyVfs() {
    sqlite3_vfs_unregister(&vfs_->table);
}

const std::string& FaultyVfs::name() const {
    return state_->name;
}

std::uint64_t FaultyVfs::count(Op op) const {
    const std::lock_guard lock{state_->mutex};
    return state_->counts[static_cast<std::size_t>(op)];
}

void FaultyVfs::fail(Op op, std::uint64_t nth, int code, std::string_view file) {
    const std::lock_guard lock{state_->mutex};
    state_->failing = op;
    state_->until_failure = nth;
    state_->failure = code;
    state_->failing_file = file;
}

void FaultyVfs::repair() {
    fail(Op::write, 0, SQLITE_OK);
}

void FaultyVfs::hold_syncs() {
    const std::lock_guard lock{state_->mutex};
    state_->syncs_are_held = true;
}

void FaultyVfs::wait_for_held_sync() {
    std::unique_lock lock{state_->mutex};
    const auto is_held = [this] { return state_->syncs_are_held && state_->syncs_waiting > 0; };
    if (!state_->sync_came.wait_for(lock, kPatience, is_held))
        throw std::runtime_error("nothing was synced");
}

void FaultyVfs::release_syncs() {
    const std::lock_guard lock{state_->mutex};
    state_->syncs_are_held = false;
    state_->syncs_released.notify_all();
}

void FaultyVfs::drop_cache_of_logs() {
    const std::lock_guard lock{state_->mutex};
    for (auto& [path, file] : state_->files) {
        if (!path.ends_with("-wal") || !file.on_disk) continue;
        // SQLite has no locks on a log that closing this descriptor could release.
        std::ofstream{path, std::ios::binary} << *std::exchange(file.on_disk, std::nullopt);
    }
}

void FaultyVfs::cut_power(std::uint64_t nth) {
    const std::lock_guard lock{state_->mutex};
    state_->power_left = nth;
}

bool FaultyVfs::is_power_cut() const {
    const std::lock_guard lock{state_->mutex};
    return state_->power_is_cut;
}

void FaultyVfs::restore_power(std::mt19937_64* survivors) {
    const std::lock_guard lock{state_->mutex};
    for (const auto& [path, file] : std::exchange(state_->files, {})) {
        auto content = file.on_disk ? *file.on_disk : without(read_all(path), file.unsynced);
        if (survivors != nullptr) carry_out_some(content, file.unsynced, *survivors);
        std::ofstream{path, std::ios::binary} << content;
    }
    state_->power_left = 0;
    state_->power_is_cut = false;
}

}  // namespace frontrow::test
