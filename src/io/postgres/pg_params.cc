#include "io/postgres/pg_params.h"

#include "base/check.h"
#include "io/postgres/pg_binary.h"

#include <bit>
#include <cstring>
#include <limits>

namespace frontrow::io::postgres {
namespace {

constexpr std::uint32_t kNullLength = 0xFFFF'FFFF;
/// Dimensions, flags, element type, length, lower bound.
constexpr std::size_t kArrayHead = 20;
constexpr std::size_t kEmptyArrayHead = 12;

int checked_length(std::size_t bytes) {
    CHECK(bytes <= std::numeric_limits<int>::max());
    return static_cast<int>(bytes);
}

void write_at(std::string& bytes, std::size_t offset, std::uint32_t value) {
    const auto swapped = big_endian(value);
    std::memcpy(bytes.data() + offset, &swapped, sizeof swapped);
}

}  // namespace

const char* PgParams::value(std::size_t index) const {
    const auto& param = params_[index];
    return param.is_there ? bytes_.data() + param.offset : nullptr;
}

void PgParams::clear() {
    bytes_.clear();
    params_.clear();
}

bool PgParams::put(bool value) {
    bytes_.push_back(value ? '\1' : '\0');
    return true;
}

bool PgParams::put(std::int32_t value) {
    append_big_endian(bytes_, static_cast<std::uint32_t>(value));
    return true;
}

bool PgParams::put(std::int64_t value) {
    append_big_endian(bytes_, static_cast<std::uint64_t>(value));
    return true;
}

bool PgParams::put(double value) {
    append_big_endian(bytes_, std::bit_cast<std::uint64_t>(value));
    return true;
}

bool PgParams::put(std::string_view value) {
    bytes_.append(value);
    return true;
}

bool PgParams::put(std::span<const std::uint8_t> value) {
    bytes_.append(value.begin(), value.end());
    return true;
}

bool PgParams::put(Bits128 value) {
    append_big_endian(bytes_, value.hi);
    append_big_endian(bytes_, value.lo);
    return true;
}

bool PgParams::put(Instant value) {
    return put(timestamp_of(value));
}

void PgParams::close(PgOid oid, std::size_t offset, bool is_there) {
    params_.push_back({
        .oid = oid,
        .is_there = is_there,
        .length = checked_length(bytes_.size() - offset),
        .offset = offset,
    });
}

std::size_t PgParams::begin_array(PgOid element) {
    const auto offset = bytes_.size();
    append_big_endian(bytes_, std::uint32_t{1});
    append_big_endian(bytes_, std::uint32_t{0});
    append_big_endian(bytes_, element);
    append_big_endian(bytes_, std::uint32_t{0});
    append_big_endian(bytes_, std::uint32_t{1});
    return offset;
}

std::size_t PgParams::reserve_length() {
    append_big_endian(bytes_, kNullLength);
    return bytes_.size() - sizeof kNullLength;
}

void PgParams::close_element(std::size_t length_at, bool is_there) {
    if (!is_there) return;
    const int length = checked_length(bytes_.size() - length_at - sizeof kNullLength);
    write_at(bytes_, length_at, static_cast<std::uint32_t>(length));
}

void PgParams::end_array(std::size_t offset, std::int32_t count, bool has_null) {
    if (count == 0) {
        // An empty array has no dimension.
        write_at(bytes_, offset, 0);
        bytes_.resize(offset + kEmptyArrayHead);
        return;
    }
    static_assert(kArrayHead == kEmptyArrayHead + 8);
    write_at(bytes_, offset + 4, has_null ? 1 : 0);
    write_at(bytes_, offset + kEmptyArrayHead, static_cast<std::uint32_t>(count));
}

}  // namespace frontrow::io::postgres
