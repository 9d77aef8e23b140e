#pragma once

#include "base/bits128.h"
#include "base/instant.h"
#include "io/postgres/pg_params.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

struct pg_result;

namespace frontrow::io::postgres {

/// The rows that one statement returned, as PostgreSQL sent them: values are decoded when they are
/// read. It is a bug (CHECK) to read a NULL, a value that doesn't exist, or a value as another type
/// than its column's. Types without a reader need a cast in the SQL (`status::text`). Rows and
/// columns count from 0. One thread at a time.
class PgResult {
public:
    /// Takes ownership of the result.
    explicit PgResult(pg_result* result) : result_{result} {}

    int rows() const;
    int columns() const;
    /// How many rows an INSERT, UPDATE, DELETE, SELECT … touched.
    std::int64_t affected() const;
    bool is_null(int row, int column) const;

    bool boolean(int row, int column) const;
    std::int32_t int4(int row, int column) const;
    std::int64_t int8(int row, int column) const;
    Bits128 uuid(int row, int column) const;
    /// A timestamptz. Digits past the millisecond are cut off; -infinity and infinity are the first
    /// and the last Instant.
    Instant instant(int row, int column) const;
    /// A text, varchar, name or json; valid as long as the result.
    std::string_view text(int row, int column) const;
    /// A bytea; valid as long as the result.
    std::span<const std::uint8_t> bytea(int row, int column) const;

    /// Reads a value that may be NULL: `result.maybe(&PgResult::uuid, row, 2)`. Returns nothing for
    /// a NULL.
    template <class T>
    std::optional<T> maybe(T (PgResult::*get)(int, int) const, int row, int column) const {
        if (is_null(row, column)) return std::nullopt;
        return (this->*get)(row, column);
    }

    /// libpq's result. Only for this module.
    const pg_result* raw() const { return result_.get(); }

private:
    struct Clear {
        void operator()(pg_result* result) const;
    };

    const char* value(int row, int column, PgOid oid) const;
    const char* fixed(int row, int column, PgOid oid, int length) const;

    std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace frontrow::io::postgres
