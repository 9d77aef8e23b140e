#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "base/instant.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace frontrow::io::postgres {

/// A type's number in PostgreSQL's catalogue.
using PgOid = std::uint32_t;

/// What a C++ type is in PostgreSQL. Only these types are taken, and none is converted silently: an
/// unsigned number doesn't compile.
template <class T>
struct PgType;
template <>
struct PgType<bool> {
    static constexpr PgOid oid = 16, array_oid = 1000;
};
template <>
struct PgType<std::span<const std::uint8_t>> {
    static constexpr PgOid oid = 17, array_oid = 1001;
};
template <>
struct PgType<std::int64_t> {
    static constexpr PgOid oid = 20, array_oid = 1016;
};
template <>
struct PgType<std::int32_t> {
    static constexpr PgOid oid = 23, array_oid = 1007;
};
template <>
struct PgType<std::string_view> {
    static constexpr PgOid oid = 25, array_oid = 1009;
};
template <>
struct PgType<std::string> : PgType<std::string_view> {};
template <>
struct PgType<double> {
    static constexpr PgOid oid = 701, array_oid = 1022;
};
/// A timestamptz. The first and the last Instant are -infinity and infinity.
template <>
struct PgType<Instant> {
    static constexpr PgOid oid = 1184, array_oid = 1185;
};
/// A uuid.
template <>
struct PgType<Bits128> {
    static constexpr PgOid oid = 2950, array_oid = 2951;
};
template <class Kind>
struct PgType<Id<Kind>> : PgType<Bits128> {};
/// NULL where there is none.
template <class T>
struct PgType<std::optional<T>> : PgType<T> {};

/// The parameters $1, $2, … of one statement, in PostgreSQL's binary format and one growing buffer.
/// Types other than these are reached by a cast in the SQL ($1::jsonb takes a text). Plain data;
/// one thread at a time.
class PgParams {
public:
    template <class... Values>
    static PgParams of(const Values&... values) {
        PgParams params;
        (params.add(values), ...);
        return params;
    }

    template <class T>
    void add(const T& value) {
        const auto offset = bytes_.size();
        const bool is_there = put(value);
        close(PgType<T>::oid, offset, is_there);
    }

    /// One array of what `of` makes of each row: a column of a batch, for unnest(). Elements that
    /// are empty optionals are NULL.
    template <std::ranges::input_range Rows, class Projection = std::identity>
    void add_array(const Rows& rows, Projection of = {}) {
        using Element = std::remove_cvref_t<
            std::invoke_result_t<Projection&, std::ranges::range_reference_t<const Rows>>>;
        const auto offset = begin_array(PgType<Element>::oid);
        std::int32_t count = 0;
        bool has_null = false;
        for (const auto& row : rows) {
            const auto length_at = reserve_length();
            const bool is_there = put(std::invoke(of, row));
            close_element(length_at, is_there);
            has_null = has_null || !is_there;
            ++count;
        }
        end_array(offset, count, has_null);
        close(PgType<Element>::array_oid, offset, true);
    }

    /// Forgets the values and keeps the memory.
    void clear();

    std::size_t size() const { return params_.size(); }
    PgOid oid(std::size_t index) const { return params_[index].oid; }
    /// nullptr is NULL. Valid until the next change.
    const char* value(std::size_t index) const;
    int length(std::size_t index) const { return params_[index].length; }

private:
    struct Param {
        PgOid oid;
        bool is_there;
        int length;
        std::size_t offset;
    };

    /// Each appends a value's bytes; false for NULL, which has none.
    bool put(bool value);
    bool put(std::int32_t value);
    bool put(std::int64_t value);
    bool put(double value);
    bool put(std::string_view value);
    bool put(std::span<const std::uint8_t> value);
    bool put(Bits128 value);
    bool put(Instant value);
    bool put(const std::string& value) { return put(std::string_view{value}); }
    template <class Kind>
    bool put(const Id<Kind>& value) {
        return put(value.bits());
    }
    template <class T>
    bool put(const std::optional<T>& value) {
        return value && put(*value);
    }

    void close(PgOid oid, std::size_t offset, bool is_there);
    std::size_t begin_array(PgOid element);
    std::size_t reserve_length();
    void close_element(std::size_t length_at, bool is_there);
    void end_array(std::size_t offset, std::int32_t count, bool has_null);

    std::string bytes_;
    std::vector<Param> params_;
};

}  // namespace frontrow::io::postgres
