#include "base/check.h"
#include "crash/journal_on_disk.h"
#include "domain/audit.h"
#include "domain/evolve.h"
#include "io/zstd.h"
#include "round_trip.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal_head.h"
#include "store/sqlite/recovery.h"
#include "support/temp_folder.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A damaged or forged journal. The first byte of the input says what the rest is:
//   l  damage to a journal that is mostly still in SQLite's log
//   d  damage to one that was stopped cleanly and is all in the database
//   r  the lines of a batch, to which a matching hash is added
//   z  lines that are compressed, and a change to a byte of the frame
// A damaged journal is opened or refused. It never shows a fact that wasn't written, and never
// loses one without an error. A snapshot, damaged or not, doesn't change the result.

namespace frontrow::fuzz {
namespace {

namespace fs = std::filesystem;
using store::engine::JournalEnd;
using store::sqlite::DataFolder;
using store::sqlite::Journal;
using test::CrashImage;

std::string read_file(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The inventory's snapshot, for comparisons.
std::string image_of(const domain::Inventory& inventory) {
    const test::TempFolder folder;
    CHECK(store::engine::write_snapshot(folder.path(), inventory, JournalEnd{}, 1));
    return read_file(store::engine::list_snapshots(folder.path()).at(0));
}

/// The undamaged files. Each input describes changes to them.
struct Original {
    Original() {
        auto journal = Journal::open(DataFolder::journal_of(disk.folder()), {.vfs = disk.vfs()});
        CHECK(journal.has_value());
        for (std::uint64_t batch = 0; batch <= disk.batches(); ++batch) {
            domain::Inventory inventory;
            const auto take = [&](const domain::Fact& fact) { domain::evolve(inventory, fact); };
            journal->start_from({});
            CHECK(journal->replay(take, batch).has_value());
            inventories.push_back(image_of(inventory));
            if (batch != disk.batches() / 2) continue;
            CHECK(store::engine::write_snapshot(disk.folder(), inventory, journal->end(), 1));
        }
        snapshot_file = store::engine::list_snapshots(disk.folder()).at(0);
        snapshot = read_file(snapshot_file);
    }

    test::JournalOnDisk disk{test::journal_shapes()[1], 1};
    CrashImage in_log = disk.image();
    CrashImage in_database = disk.checkpointed_image();
    fs::path snapshot_file;
    std::string snapshot;
    /// At index n, the snapshot of the inventory after n batches.
    std::vector<std::string> inventories;
};

Original& original() {
    static Original one;
    return one;
}

/// A change takes four bytes: its kind (the two low bits) and its file (the next two bits), its
/// place (16 bits), and the new byte or the sector to copy from.
constexpr std::size_t kChangeBytes = 4;
constexpr std::size_t kSector = 512;

struct Files {
    CrashImage image;
    std::string snapshot = original().snapshot;

    std::string& at(unsigned which) {
        std::string* files[] = {&image.head, &image.log, &image.database, &snapshot};
        return *files[which];
    }
};

void change(std::string& bytes, unsigned what, std::size_t place, std::uint8_t byte) {
    if (bytes.empty()) return;
    const auto at = place % bytes.size();
    const auto sector = at - at % kSector;
    const auto length = std::min(kSector, bytes.size() - sector);
    switch (what) {
        case 0:
            bytes[at] = static_cast<char>(static_cast<std::uint8_t>(bytes[at]) ^ byte);
            break;
        case 1:
            bytes.resize(at);
            break;
        case 2:
            // A sector written to the wrong place.
            bytes.replace(sector, length, bytes, byte * kSector % bytes.size(), length);
            break;
        default:
            bytes.replace(sector, length, length, static_cast<char>(byte));
            break;
    }
}

void damage(Files& files, std::string_view changes) {
    for (; changes.size() >= kChangeBytes; changes.remove_prefix(kChangeBytes)) {
        const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(changes[i]); };
        const auto place = static_cast<std::size_t>(byte(1) << 8 | byte(2));
        change(files.at(byte(0) >> 2 & 3), byte(0) & 3, place, byte(3));
    }
}

void put_in_place(const Files& files) {
    files.image.put_into(original().disk.folder());
    fs::remove(original().snapshot_file);
    std::ofstream{original().snapshot_file, std::ios::binary} << files.snapshot;
}

/// Checks that a start of the store gives the same result as the replay.
void check_start(const test::Recovery& replayed) {
    auto& disk = original().disk;
    auto journal = Journal::open(DataFolder::journal_of(disk.folder()), {.vfs = disk.vfs()});
    if (!journal) {
        CHECK(replayed.fault.has_value());
        return;
    }
    const auto started = store::sqlite::recover(*journal, disk.folder());
    CHECK(started.has_value() == !replayed.fault);
    if (!started) return;
    CHECK(journal->end() == replayed.end);
    started->inventory->verify();
    CHECK(image_of(*started->inventory) == original().inventories.at(replayed.end.batch));
}

void try_damaged(const CrashImage& image, std::string_view changes) {
    auto& disk = original().disk;
    Files files{.image = image};
    damage(files, changes);
    put_in_place(files);
    const auto replayed = disk.recover();
    CHECK(disk.history().lines_until(disk.batches()).starts_with(replayed.lines));
    if (!replayed.fault) {
        CHECK(replayed.lines == disk.history().lines_until(replayed.end.batch));
        const bool is_all = replayed.end.batch == disk.batches();
        const auto head = DataFolder::head_of(disk.folder());
        const auto is_told_as_all = store::sqlite::check_head(head, replayed.end).has_value();
        if (files.image.head == image.head) CHECK(is_told_as_all == is_all);
    } else {
        const auto kind = replayed.fault->kind;
        CHECK(kind == io::FaultKind::corrupt || kind == io::FaultKind::unavailable);
    }
    check_start(replayed);
}

/// Puts the lines into a journal with a matching hash. The audit must then judge their content
/// without crashing.
void try_lines(std::string lines) {
    if (!lines.ends_with('\n')) lines += '\n';
    auto& disk = original().disk;
    CrashImage{}.put_into(disk.folder());
    const auto file = DataFolder::journal_of(disk.folder());
    {
        auto journal = Journal::open(file, {.vfs = disk.vfs()});
        CHECK(journal.has_value());
        const auto count = static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
        CHECK(journal->append(count, lines).has_value());
    }
    domain::Audit audit;
    auto journal = Journal::open(file, {.vfs = disk.vfs()});
    CHECK(journal.has_value());
    const auto replayed = journal->replay([&](const domain::Fact& fact) {
        check_round_trip(fact);
        audit.observe(fact);
    });
    CHECK(replayed || replayed.error().kind == io::FaultKind::corrupt);
}

/// The first three bytes say which byte of the frame is changed (16 bits), and how.
void try_frame(std::string_view change_and_lines) {
    if (change_and_lines.size() < 3) return;
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(change_and_lines[i]); };
    auto frame = io::ZstdCompressor{}.compress(change_and_lines.substr(3));
    change(frame, 0, static_cast<std::size_t>(byte(0) << 8 | byte(1)), byte(2));
    const store::sqlite::JournalBatch batch{
        .batch = 1,
        .first_seq = 1,
        .last_seq = 1,
        .facts = std::move(frame),
    };
    std::uint64_t last_seq = 0;
    const auto read = Journal::read_facts(batch, [&](const domain::Fact& fact) {
        CHECK(fact.seq == ++last_seq);
    });
    CHECK(read ? last_seq == 1 : read.error().kind == io::FaultKind::corrupt);
}

}  // namespace
}  // namespace frontrow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace frontrow::fuzz;
    if (size == 0) return 0;
    const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    if (data[0] == 'l') try_damaged(original().in_log, rest);
    if (data[0] == 'd') try_damaged(original().in_database, rest);
    if (data[0] == 'r') try_lines(std::string{rest});
    if (data[0] == 'z') try_frame(rest);
    return 0;
}
