#include "store/sqlite/journal_head.h"

#include "io/file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace frontrow::store::sqlite {
namespace {

using io::Fault;
using io::FaultKind;

// One line of fixed length: "frontrow head, batch 00000000000000000042, seq
// 00000000000000001234\n".
constexpr auto kHeadForm = "frontrow head, batch %020llu, seq %020llu\n";
constexpr std::size_t kLength = 68;

/// With a terminating zero.
using Line = std::array<char, kLength + 1>;

Line line_of(const JournalEnd& end) {
    Line line;
    std::snprintf(
        line.data(),
        line.size(),
        kHeadForm,
        static_cast<unsigned long long>(end.batch),
        static_cast<unsigned long long>(end.last_seq)
    );
    return line;
}

std::unexpected<Fault> fault_of(const char* what) {
    return std::unexpected(Fault{
        FaultKind::unavailable,
        std::string{"journal.head: can't "} + what + ": " +
            (errno == ENOSPC ? "the disk is full, make room" : std::strerror(errno))
    });
}

}  // namespace

Result<JournalHead, Fault>
JournalHead::establish(const std::filesystem::path& path, const JournalEnd& end) {
    const auto in_folder = [&](Fault fault) {
        fault.what += " (in " + path.parent_path().string() + ")";
        return std::unexpected(std::move(fault));
    };
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return in_folder(fault_of("open").error());
    JournalHead head{file};
    if (auto written = head.write(end); !written) return in_folder(written.error());
    if (auto synced = head.sync(path); !synced) return in_folder(synced.error());
    return head;
}

Result<void, Fault> JournalHead::sync(const std::filesystem::path& path) const {
    if (::ftruncate(file_, kLength) != 0 || ::fsync(file_) != 0) return fault_of("sync");
    return io::sync_folder_of(path);
}

JournalHead::JournalHead(JournalHead&& other) noexcept : file_{std::exchange(other.file_, -1)} {
}

JournalHead::~JournalHead() {
    if (file_ >= 0) ::close(file_);
}

Result<void, Fault> JournalHead::write(const JournalEnd& end) {
    const auto line = line_of(end);
    if (::pwrite(file_, line.data(), kLength, 0) != static_cast<ssize_t>(kLength))
        return fault_of("write");
    return {};
}

std::optional<JournalEnd> JournalHead::read(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    Line line{};
    const auto length = ::pread(file, line.data(), line.size(), 0);
    ::close(file);
    if (length != static_cast<ssize_t>(kLength)) return std::nullopt;
    unsigned long long batch = 0;
    unsigned long long seq = 0;
    if (std::sscanf(line.data(), kHeadForm, &batch, &seq) != 2) return std::nullopt;
    const JournalEnd end{.batch = batch, .last_seq = seq};
    // sscanf also accepts signs, spaces and fewer digits.
    if (line != line_of(end)) return std::nullopt;
    return end;
}

Result<void, Fault> check_head(const std::filesystem::path& head_file, const JournalEnd& end) {
    const auto head = JournalHead::read(head_file);
    if (!head || head->batch <= end.batch) return {};
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "the journal ends at batch " + std::to_string(end.batch) + ", but batch " +
            std::to_string(head->batch) +
            " was acknowledged: its tail is damaged; nothing was changed, restore a backup (or, to "
            "go on without those sales, delete " +
            head_file.string() + ")",
    });
}

}  // namespace frontrow::store::sqlite
