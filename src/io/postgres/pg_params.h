#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "base/instant.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::io::postgres {

/// The OID of a type in PostgreSQL's catalogue.
using PgOid = std::uint32_t;

/// Maps a C++ type to its PostgreSQL type. Only these types are accepted, and none is converted
/// silently: an unsigned number doesn't compile.
template <class T>
struct PgType;
template <>
struct PgType<bool> {
    static constexpr PgOid oid = 16;
};
template <>
struct PgType<std::span<const std::uint8_t>> {
    static constexpr PgOid oid = 17;
};
template <>
struct PgType<std::int64_t> {
    static constexpr PgOid oid = 20;
};
template <>
struct PgType<std::int32_t> {
    static constexpr PgOid oid = 23;
};
template <>
struct PgType<std::string_view> {
    static constexpr PgOid oid = 25;
};
template <>
struct PgType<std::string> : PgType<std::string_view> {};
/// A timestamptz. The first and the last Instant are -infinity and infinity.
template <>
struct PgType<Instant> {
    static constexpr PgOid oid = 1184;
};
/// A uuid.
template <>
struct PgType<Bits128> {
    static constexpr PgOid oid = 2950;
};
template <class Kind>
struct PgType<Id<Kind>> : PgType<Bits128> {};
/// NULL if the optional is empty.
template <class T>
struct PgType<std::optional<T>> : PgType<T> {};

/// The parameters $1, $2, … of one statement, in PostgreSQL's binary format, in one growing buffer.
/// For other types use a cast in the SQL ($1::jsonb takes a text). Plain data; one thread at a
/// time.
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

    std::size_t size() const { return params_.size(); }
    PgOid oid(std::size_t index) const { return params_[index].oid; }
    /// nullptr means NULL. Valid until the next change.
    const char* value(std::size_t index) const;
    int length(std::size_t index) const { return params_[index].length; }

private:
    struct Param {
        PgOid oid;
        bool is_there;
        int length;
        std::size_t offset;
    };

    /// Each overload appends the value's bytes. Returns false for NULL, which has no bytes.
    bool put(bool value);
    bool put(std::int32_t value);
    bool put(std::int64_t value);
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

    std::string bytes_;
    std::vector<Param> params_;
};

}  // namespace frontrow::io::postgres
