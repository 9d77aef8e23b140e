#include "io/postgres/pg_result.h"

#include "base/check.h"
#include "io/postgres/pg_binary.h"

#include <libpq-fe.h>

#include <charconv>

namespace frontrow::io::postgres {
namespace {

constexpr PgOid kName = 19;
constexpr PgOid kJson = 114;
constexpr PgOid kVarchar = 1043;

bool is_text(PgOid oid) {
    return oid == PgType<std::string_view>::oid || oid == kVarchar || oid == kName || oid == kJson;
}

}  // namespace

void PgResult::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

int PgResult::rows() const {
    return PQntuples(result_.get());
}

int PgResult::columns() const {
    return PQnfields(result_.get());
}

std::int64_t PgResult::affected() const {
    const std::string_view text = PQcmdTuples(result_.get());
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

bool PgResult::is_null(int row, int column) const {
    CHECK(row >= 0 && row < rows() && column >= 0 && column < columns());
    return PQgetisnull(result_.get(), row, column) != 0;
}

const char* PgResult::value(int row, int column, PgOid oid) const {
    CHECK(!is_null(row, column));
    CHECK(PQftype(result_.get(), column) == oid);
    CHECK(PQfformat(result_.get(), column) == kBinary);
    return PQgetvalue(result_.get(), row, column);
}

const char* PgResult::fixed(int row, int column, PgOid oid, int length) const {
    const char* bytes = value(row, column, oid);
    CHECK(PQgetlength(result_.get(), row, column) == length);
    return bytes;
}

bool PgResult::boolean(int row, int column) const {
    return *fixed(row, column, PgType<bool>::oid, 1) != 0;
}

std::int32_t PgResult::int4(int row, int column) const {
    const char* bytes = fixed(row, column, PgType<std::int32_t>::oid, 4);
    return static_cast<std::int32_t>(read_big_endian<std::uint32_t>(bytes));
}

std::int64_t PgResult::int8(int row, int column) const {
    const char* bytes = fixed(row, column, PgType<std::int64_t>::oid, 8);
    return static_cast<std::int64_t>(read_big_endian<std::uint64_t>(bytes));
}

Bits128 PgResult::uuid(int row, int column) const {
    return read_uuid(fixed(row, column, PgType<Bits128>::oid, 16));
}

Instant PgResult::instant(int row, int column) const {
    const char* bytes = fixed(row, column, PgType<Instant>::oid, 8);
    return instant_of(static_cast<std::int64_t>(read_big_endian<std::uint64_t>(bytes)));
}

std::string_view PgResult::text(int row, int column) const {
    CHECK(column >= 0 && column < columns());
    const PgOid oid = PQftype(result_.get(), column);
    CHECK(is_text(oid));
    const char* bytes = value(row, column, oid);
    return {bytes, static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::span<const std::uint8_t> PgResult::bytea(int row, int column) const {
    const char* bytes = value(row, column, PgType<std::span<const std::uint8_t>>::oid);
    const auto length = static_cast<std::size_t>(PQgetlength(result_.get(), row, column));
    return {reinterpret_cast<const std::uint8_t*>(bytes), length};
}

}  // namespace frontrow::io::postgres
