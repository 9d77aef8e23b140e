#pragma once

#include "base/check.h"
#include "base/digest.h"
#include "base/state_log.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow {

/// A contiguous array, so that it can be searched and copied fast. It grows at its end, and can be
/// cleared as a whole. It stands alone or is a field of a table's row. The values should be small,
/// because set() hashes the old and the new value immediately, not when the digest is next needed.
/// A zero value costs almost nothing, because its hash is zero and needs no mixing.
template <class T, Digested digested = Digested::yes>
class StateVector final : StatePart {
public:
    StateVector(StateLog& log, std::string_view name, Bits128 owner = {})
        : StatePart{log, name, owner} {}

    const T& operator[](std::size_t index) const { return values_[index]; }
    std::size_t size() const { return values_.size(); }
    bool empty() const { return values_.empty(); }
    const T& back() const { return values_.back(); }
    auto begin() const { return values_.begin(); }
    auto end() const { return values_.end(); }
    const std::vector<T>& values() const { return values_; }

    void set(std::size_t index, T value) {
        auto& present = values_[index];
        if (!is_watched<digested>()) [[likely]] {
            present = std::move(value);
            return;
        }
        exchange(index, value);
        if (log().is_open())
            log().note([this, index, old = std::move(value)]() mutable { exchange(index, old); });
    }

    void push_back(T value) {
        note_growth();
        values_.push_back(std::move(value));
        count_from(values_.size() - 1);
    }

    /// Grows to `size` elements; the new ones are copies of `value`.
    void grow(std::size_t size, const T& value) {
        CHECK(size >= values_.size());
        const auto before = values_.size();
        note_growth();
        values_.resize(size, value);
        count_from(before);
    }

    /// Frees the memory, too.
    void clear() {
        const auto before = sum();
        take_from_digest(before);
        auto old = std::exchange(values_, {});
        if (!log().is_open()) return;
        log().note([this, before, old = std::move(old)]() mutable {
            values_ = std::move(old);
            add_to_digest(before);
        });
    }

private:
    bool hashes() const { return digested == Digested::yes && log().keeps_digest(); }
    Bits128 hash(std::size_t index) const {
        DigestWriter writer{salt()};
        writer.field(1, values_[index]);
        if (writer.is_empty()) return {};
        writer.field(2, index);
        return writer.finish();
    }
    Bits128 hash_of_size(std::size_t size) const {
        DigestWriter writer{salt()};
        writer.field(3, size);
        return writer.is_empty() ? Bits128{} : writer.finish();
    }

    void exchange(std::size_t index, T& value) {
        if (hashes()) take_from_digest(hash(index));
        std::swap(values_[index], value);
        if (hashes()) add_to_digest(hash(index));
    }

    void note_growth() {
        if (log().is_open()) [[unlikely]]
            log().note([this, size = values_.size()] { shrink(size); });
    }
    /// Adds the new elements, from index `before` on, to the digest.
    void count_from(std::size_t before) {
        if (hashes()) [[unlikely]] {
            add_to_digest(difference_of(hash_from(before), hash_of_size(before)));
            add_to_digest(hash_of_size(values_.size()));
        }
    }
    void shrink(std::size_t size) {
        if (hashes()) {
            take_from_digest(difference_of(hash_from(size), hash_of_size(size)));
            take_from_digest(hash_of_size(values_.size()));
        }
        values_.erase(values_.begin() + static_cast<std::ptrdiff_t>(size), values_.end());
    }
    Bits128 hash_from(std::size_t first) const {
        Bits128 sum;
        for (; first < values_.size(); ++first)
            sum = sum_of(sum, hash(first));
        return sum;
    }

    Bits128 digest_anew() const override {
        if constexpr (digested == Digested::yes)
            return sum_of(hash_from(0), hash_of_size(values_.size()));
        return {};
    }

    std::vector<T> values_;
};

}  // namespace frontrow
