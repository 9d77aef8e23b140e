#include "store/engine/snapshot_archive.h"

namespace frontrow::store::engine {
namespace {

/// The file is synced in pieces of this size, so that a journal on the same disk waits for one
/// piece at most.
constexpr std::size_t kPiece = 256 << 10;

}  // namespace

SnapshotWriter::SnapshotWriter(io::File* file) : file_{file} {
    buffer_.reserve(kPiece + 64);
}

void SnapshotWriter::put_number(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7)
        buffer_ += static_cast<char>(number | 0x80);
    buffer_ += static_cast<char>(number);
    if (buffer_.size() >= kPiece) flush();
}

void SnapshotWriter::bytes(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() >= kPiece) flush();
}

void SnapshotWriter::flush() {
    sha_.update(buffer_);
    if (file_ != nullptr) {
        if (done_) done_ = file_->write(buffer_);
        if (done_) done_ = file_->sync();
    }
    buffer_.clear();
}

Result<void, io::Fault> SnapshotWriter::finish() {
    const auto digest = take_digest();
    if (done_) done_ = file_->write({reinterpret_cast<const char*>(digest.data()), digest.size()});
    if (done_) done_ = file_->sync();
    return done_;
}

io::Sha256Digest SnapshotWriter::take_digest() {
    flush();
    return sha_.finish();
}

SnapshotReader::SnapshotReader(io::File& file, std::uint64_t size)
    : file_{file}, left_{size}, buffer_(kPiece) {
}

void SnapshotReader::refill() {
    const auto wanted = std::min<std::uint64_t>(left_, buffer_.size());
    const auto read = file_.read(std::span{buffer_}.first(wanted));
    place_ = 0;
    end_ = read.value_or(0);
    left_ -= wanted;
    if (end_ == 0 || end_ != wanted) {
        is_good_ = false;
        end_ = 0;
    }
}

std::uint64_t SnapshotReader::get_number() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (place_ == end_) refill();
        if (place_ == end_) return 0;
        const auto byte = static_cast<std::uint8_t>(buffer_[place_++]);
        number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) return number;
    }
    is_good_ = false;
    return 0;
}

void SnapshotReader::bytes(std::span<char> into) {
    while (!into.empty() && is_good_) {
        if (place_ == end_) refill();
        const auto count = std::min(into.size(), end_ - place_);
        if (count > 0) std::memcpy(into.data(), buffer_.data() + place_, count);
        place_ += count;
        into = into.subspan(count);
    }
}

}  // namespace frontrow::store::engine
