#include "io/postgres/pg_params.h"

#include "base/check.h"
#include "io/postgres/pg_binary.h"

#include <limits>

namespace frontrow::io::postgres {
namespace {

int checked_length(std::size_t bytes) {
    CHECK(bytes <= std::numeric_limits<int>::max());
    return static_cast<int>(bytes);
}

}  // namespace

const char* PgParams::value(std::size_t index) const {
    const auto& param = params_[index];
    return param.is_there ? bytes_.data() + param.offset : nullptr;
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

}  // namespace frontrow::io::postgres
