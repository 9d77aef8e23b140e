#pragma once

#include "base/index_table.h"
#include "base/state_log.h"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace frontrow {

/// An IndexTable whose changes can be rolled back. It stands alone or is a field of a table's row.
/// It stores no keys, and undoing an insert needs only the key's tag. So a key may be a view into
/// memory that is freed before the roll-back. The index is derived from rows, so it isn't in the
/// digest.
class StateIndex {
public:
    static constexpr std::uint32_t kNone = IndexTable::kNone;

    explicit StateIndex(StateLog& log) : log_{log} {}
    StateIndex(const StateIndex&) = delete;
    StateIndex& operator=(const StateIndex&) = delete;

    /// Like IndexTable::find.
    template <class Key, class HasKey>
    std::uint32_t find(const Key& key, HasKey has_key) const {
        return table_.find(key, has_key);
    }
    template <class Key>
    void prefetch(const Key& key) const {
        table_.prefetch(key);
    }
    void reserve(std::size_t count) { table_.reserve(count); }

    /// `row` must not be kNone, and the key must not be in the index yet.
    template <class Key>
    void insert(const Key& key, std::uint32_t row) {
        const auto tag = IndexTable::tag_of(key);
        table_.insert_tagged(tag, row);
        if (log_.is_open()) [[unlikely]]
            log_.note([this, tag, row] { table_.erase_tagged(tag, row); });
    }

    /// The row must be in the index.
    template <class Key>
    void erase(const Key& key, std::uint32_t row) {
        const auto tag = IndexTable::tag_of(key);
        table_.erase_tagged(tag, row);
        if (log_.is_open()) [[unlikely]]
            log_.note([this, tag, row] { table_.insert_tagged(tag, row); });
    }

    void clear() {
        auto old = std::exchange(table_, {});
        if (log_.is_open())
            log_.note([this, old = std::move(old)]() mutable { table_ = std::move(old); });
    }

private:
    StateLog& log_;
    IndexTable table_;
};

}  // namespace frontrow
