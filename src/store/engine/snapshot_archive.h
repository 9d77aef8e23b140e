#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/result.h"
#include "io/fault.h"
#include "io/file.h"
#include "io/sha256.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace frontrow::store::engine {

// The encoding of a snapshot's values. A number is written 7 bits per byte, lowest first; the
// eighth bit says that more bytes follow. A number that may be negative is zigzag-encoded first (0,
// -1, 1, -2, …). Ids take 16 bytes, digests 16 or 32. A text is its length and its bytes. An
// optional value is a 0, or a 1 and the value.

template <class Rows>
concept Listed = requires(Rows& rows) {
    rows.emplace_back();
    rows.size();
} && !std::same_as<std::remove_const_t<Rows>, std::string>;

/// Writes values to a file and computes their digest. After a fault it writes no more.
class SnapshotWriter {
public:
    /// Without a file it only computes the digest.
    explicit SnapshotWriter(io::File* file);

    template <class... T>
    void operator()(const T&... values) {
        (put(values), ...);
    }
    template <class Rows, class Each>
    void each(const Rows& rows, Each each) {
        put_number(rows.size());
        for (const auto& row : rows)
            each(row);
    }
    void bytes(std::string_view bytes);

    /// Appends the digest of everything so far.
    Result<void, io::Fault> finish();
    /// The digest of everything since the last call.
    io::Sha256Digest take_digest();

private:
    void put_number(std::uint64_t number);
    void put(std::integral auto number) {
        if constexpr (std::is_signed_v<decltype(number)>) {
            const auto wide = static_cast<std::int64_t>(number);
            put_number(
                static_cast<std::uint64_t>(wide) << 1 ^ static_cast<std::uint64_t>(wide >> 63)
            );
        } else {
            put_number(number);
        }
    }
    template <class T>
        requires std::is_enum_v<T>
    void put(T value) {
        put_number(static_cast<std::uint64_t>(value));
    }
    void put(double number) { put_number(std::bit_cast<std::uint64_t>(number)); }
    void put(Bits128 bits) {
        const auto raw = std::bit_cast<std::array<char, 16>>(bits);
        bytes({raw.data(), raw.size()});
    }
    template <std::size_t size>
    void put(const std::array<std::uint8_t, size>& digest) {
        bytes({reinterpret_cast<const char*>(digest.data()), size});
    }
    template <class Kind>
    void put(Id<Kind> id) {
        put(id.bits());
    }
    void put(Instant at) { put(at.time_since_epoch().count()); }
    void put(std::chrono::seconds length) { put(length.count()); }
    void put(Currency currency) { bytes(currency.code()); }
    void put(const std::string& text) {
        put_number(text.size());
        bytes(text);
    }
    template <class T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) put(*value);
    }
    template <class T>
    void put(const std::shared_ptr<const T>& value) {
        put(value != nullptr);
        if (value) put(*value);
    }
    template <Listed Rows>
    void put(const Rows& rows) {
        each(rows, [this](const auto& row) { this->put(row); });
    }
    template <class T>
        requires std::is_class_v<T> && (!Listed<T>)
    void put(const T& structure) {
        transfer(*this, structure);
    }
    void flush();

    io::File* file_;
    std::string buffer_;
    io::Sha256 sha_;
    Result<void, io::Fault> done_;
};

/// Reads what a SnapshotWriter wrote, from a file whose digest was checked. After the first invalid
/// value it returns only zeros, and is_whole() is false.
class SnapshotReader {
public:
    /// Reads `size` bytes.
    SnapshotReader(io::File& file, std::uint64_t size);

    template <class... T>
    void operator()(T&... values) {
        (get(values), ...);
    }
    template <class Rows, class Each>
    void each(Rows& rows, Each each) {
        const auto count = get_number();
        // Each row takes at least one byte.
        if (count > left_ + (end_ - place_)) is_good_ = false;
        if constexpr (requires { rows.reserve(count); }) {
            if (is_good_) rows.reserve(count);
        }
        for (std::uint64_t i = 0; i < count && is_good_; ++i)
            each(rows.emplace_back());
    }
    void bytes(std::span<char> into);

    /// Call if the values read so far are invalid.
    void fail() { is_good_ = false; }

    /// True if every value was valid and nothing is left.
    bool is_whole() const { return is_good_ && left_ == 0 && place_ == end_; }

private:
    std::uint64_t get_number();
    template <std::integral T>
    void get(T& number) {
        const auto read = get_number();
        if constexpr (std::is_signed_v<T>) {
            number = static_cast<T>(static_cast<std::int64_t>(read >> 1 ^ (~(read & 1) + 1)));
        } else {
            number = static_cast<T>(read);
        }
    }
    template <class T>
        requires std::is_enum_v<T>
    void get(T& value) {
        value = static_cast<T>(get_number());
    }
    void get(double& number) { number = std::bit_cast<double>(get_number()); }
    void get(Bits128& bits) {
        std::array<char, 16> raw{};
        bytes(raw);
        bits = std::bit_cast<Bits128>(raw);
    }
    template <std::size_t size>
    void get(std::array<std::uint8_t, size>& digest) {
        bytes({reinterpret_cast<char*>(digest.data()), size});
    }
    template <class Kind>
    void get(Id<Kind>& id) {
        Bits128 bits;
        get(bits);
        id = Id<Kind>{bits};
    }
    void get(Instant& at) {
        std::int64_t count = 0;
        get(count);
        at = Instant{Millis{count}};
    }
    void get(std::chrono::seconds& length) {
        std::int64_t count = 0;
        get(count);
        length = std::chrono::seconds{count};
    }
    void get(Currency& currency) {
        std::array<char, 3> code{};
        bytes(code);
        const auto parsed = Currency::parse({code.data(), code.size()});
        is_good_ = is_good_ && parsed.has_value();
        if (parsed) currency = *parsed;
    }
    void get(std::string& text) {
        const auto length = get_number();
        if (length > left_ + (end_ - place_)) is_good_ = false;
        if (!is_good_) return;
        text.resize(length);
        bytes(text);
    }
    template <class T>
    void get(std::optional<T>& value) {
        bool is_there = false;
        get(is_there);
        if (is_there) get(value.emplace());
    }
    template <class T>
    void get(std::shared_ptr<const T>& value) {
        bool is_there = false;
        get(is_there);
        if (!is_there) return;
        auto made = std::make_shared<T>();
        get(*made);
        value = std::move(made);
    }
    template <Listed Rows>
    void get(Rows& rows) {
        each(rows, [this](auto& row) { this->get(row); });
    }
    template <class T>
        requires std::is_class_v<T> && (!Listed<T>)
    void get(T& structure) {
        transfer(*this, structure);
    }
    void refill();

    io::File& file_;
    /// Bytes of the file that are not in the buffer yet.
    std::uint64_t left_;
    std::vector<char> buffer_;
    std::size_t place_ = 0;
    std::size_t end_ = 0;
    bool is_good_ = true;
};

}  // namespace frontrow::store::engine
