#include "store/engine/snapshot.h"

#include "domain/inventory_image.h"
#include "store/engine/snapshot_archive.h"
#include "store/engine/snapshot_rows.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace frontrow::store::engine {
namespace {

namespace fs = std::filesystem;
using io::Fault;
using io::FaultKind;

/// Raise it with every change of the encoding, including changes in domain/inventory_image.h.
constexpr unsigned kSnapshotFormat = 10;

// The parts of a file: a line of fixed length, the hash of the snapshot's JournalEnd, the
// inventory, and the digest of all bytes before the digest.
constexpr auto kFormatForm = "frontrow snapshot, format %04u";
constexpr auto kHeaderForm =
    "frontrow snapshot, format %04u, batch %020llu, seq %020llu, generation %02u\n";
constexpr std::size_t kLine = 100;
constexpr std::size_t kHash = 32;
constexpr std::size_t kHeader = kLine + kHash;

constexpr std::string_view kPrefix = "snapshot-";
constexpr std::string_view kUnfinishedSuffix = ".new";
constexpr std::size_t kDigits = 20;

std::string name_of(std::uint64_t batch) {
    auto digits = std::to_string(batch);
    return std::string{kPrefix} + std::string(kDigits - digits.size(), '0') + digits;
}

bool is_snapshot(std::string_view name) {
    return name.starts_with(kPrefix) && name.size() == kPrefix.size() + kDigits &&
           name.find_first_not_of("0123456789", kPrefix.size()) == name.npos;
}

bool is_unfinished(std::string_view name) {
    return name.starts_with(kPrefix) && name.ends_with(kUnfinishedSuffix);
}

std::vector<fs::path>
files_in(const fs::path& folder, const std::function<bool(std::string_view)>& is_wanted) {
    std::vector<fs::path> files;
    std::error_code error;
    for (auto i = fs::directory_iterator{folder, error}; !error && i != fs::directory_iterator{};
         i.increment(error)) {
        if (is_wanted(i->path().filename().native())) files.push_back(i->path());
    }
    return files;
}

void remove_file(const fs::path& file) {
    std::error_code ignored;
    fs::remove(file, ignored);
}

std::string header_line(const JournalEnd& end, unsigned generation) {
    std::array<char, kLine + 1> line;
    std::snprintf(
        line.data(),
        line.size(),
        kHeaderForm,
        kSnapshotFormat,
        static_cast<unsigned long long>(end.batch),
        static_cast<unsigned long long>(end.last_seq),
        generation
    );
    return {line.data(), kLine};
}

std::unexpected<Fault> damaged(const fs::path& file, const char* why) {
    return std::unexpected(Fault{FaultKind::corrupt, file.string() + " " + why});
}

/// Returns the file's last bytes if they are the digest of all bytes before them.
Result<std::optional<io::Sha256Digest>, Fault> find_digest(io::File& file, std::uint64_t size) {
    io::Sha256 sha;
    std::vector<char> buffer(1 << 20);
    for (auto left = size - kHash; left > 0;) {
        const auto part = std::span{buffer}.first(std::min<std::uint64_t>(left, buffer.size()));
        const auto read = file.read(part);
        if (!read) return std::unexpected(read.error());
        if (*read != part.size()) return std::nullopt;
        sha.update(std::string_view{part.data(), part.size()});
        left -= part.size();
    }
    std::array<char, kHash> written;
    const auto read = file.read(written);
    if (!read) return std::unexpected(read.error());
    const auto digest = sha.finish();
    const bool is_whole = *read == kHash && std::memcmp(written.data(), digest.data(), kHash) == 0;
    return is_whole ? std::optional{digest} : std::nullopt;
}

/// Writes a snapshot without its digest.
void write_all(
    SnapshotWriter& writer,
    const domain::Inventory& inventory,
    const JournalEnd& end,
    unsigned generation
) {
    writer.bytes(header_line(end, generation));
    writer.bytes({reinterpret_cast<const char*>(end.hash.data()), end.hash.size()});
    domain::Inventory::transfer_rows(writer, inventory);
}

}  // namespace

Result<Snapshot, Fault> Snapshot::open(const fs::path& path) {
    auto file = io::File::open_to_read(path);
    if (!file) return std::unexpected(file.error());
    const auto size = file->size();
    if (!size) return std::unexpected(size.error());
    if (*size < kHeader + kHash) return damaged(path, "is too short");
    const auto digest = find_digest(*file, *size);
    if (!digest) return std::unexpected(digest.error());
    if (!*digest) return damaged(path, "doesn't match its checksum");

    // Rewinds instead of reopening: the name may lead to another file by now.
    if (auto at_begin = file->rewind(); !at_begin) return std::unexpected(at_begin.error());
    std::array<char, kHeader + 1> header{};
    const auto read = file->read(std::span{header}.first(kHeader));
    unsigned format = 0;
    if (!read || std::sscanf(header.data(), kFormatForm, &format) != 1)
        return damaged(path, "isn't a snapshot");
    if (format != kSnapshotFormat) return damaged(path, "is of another version of frontrow");
    unsigned long long batch = 0;
    unsigned long long seq = 0;
    unsigned generation = 0;
    if (std::sscanf(header.data(), kHeaderForm, &format, &batch, &seq, &generation) != 4)
        return damaged(path, "isn't a snapshot");
    JournalEnd end{.batch = batch, .last_seq = seq};
    std::memcpy(end.hash.data(), header.data() + kLine, kHash);
    return Snapshot{std::move(*file), path, end, generation, *size - kHeader - kHash, **digest};
}

Result<std::unique_ptr<domain::Inventory>, Fault> Snapshot::read_rows(StateLog::Digests digests) {
    SnapshotReader reader{file_, size_};
    auto inventory = std::make_unique<domain::Inventory>(digests);
    domain::Inventory::transfer_rows(reader, *inventory);
    if (!reader.is_whole() || inventory->last_seq() != end_.last_seq)
        return damaged(path_, "can't be read");
    return inventory;
}

Result<std::unique_ptr<domain::Inventory>, Fault> Snapshot::read(StateLog::Digests digests) {
    auto inventory = read_rows(digests);
    if (inventory) (*inventory)->derive();
    return inventory;
}

Result<std::vector<std::string>, Fault> Snapshot::differences_from(
    const domain::Inventory& inventory
) {
    SnapshotWriter digester{nullptr};
    write_all(digester, inventory, end_, generation_);
    if (digester.take_digest() == digest_) return std::vector<std::string>{};
    // Reads without deriving anything, because the rows may contradict each other.
    const auto rows = read_rows(StateLog::Digests::off);
    if (!rows) return std::unexpected(rows.error());
    return compare_rows(**rows, inventory);
}

Result<void, Fault> write_snapshot(
    const fs::path& folder,
    const domain::Inventory& inventory,
    const JournalEnd& end,
    unsigned generation
) {
    const auto name = folder / name_of(end.batch);
    const auto unfinished =
        name.string() + "." + std::to_string(::getpid()) + std::string{kUnfinishedSuffix};
    auto file = io::File::create(unfinished);
    if (!file) return std::unexpected(file.error());
    SnapshotWriter writer{&*file};
    write_all(writer, inventory, end, generation);
    if (auto written = writer.finish(); !written) {
        remove_file(unfinished);
        return written;
    }
    return io::publish(unfinished, name, io::IfThere::replace);
}

std::vector<fs::path> list_snapshots(const fs::path& folder) {
    auto files = files_in(folder, is_snapshot);
    std::ranges::sort(files, std::greater{});
    return files;
}

void keep_snapshots(const fs::path& folder, const std::vector<std::uint64_t>& batches) {
    for (const auto& file : list_snapshots(folder)) {
        const auto is_of = [&](auto batch) { return file.filename() == name_of(batch); };
        if (std::ranges::none_of(batches, is_of)) remove_file(file);
    }
}

void remove_unfinished_snapshots(const fs::path& folder) {
    for (const auto& file : files_in(folder, is_unfinished))
        remove_file(file);
}

}  // namespace frontrow::store::engine
