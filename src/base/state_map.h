#pragma once

#include "base/check.h"
#include "base/state_log.h"

#include <map>
#include <utility>

namespace frontrow {

/// An ordered table of what is few, or must be gone through in order. It follows from rows
/// elsewhere, and so isn't in the digest. A key is copied for each note: no long texts.
template <class Key, class Value>
class StateMap {
public:
    explicit StateMap(StateLog& log) : log_{log} {}
    StateMap(const StateMap&) = delete;
    StateMap& operator=(const StateMap&) = delete;

    /// For reading.
    const std::map<Key, Value>& entries() const { return entries_; }

    /// False, and nothing is changed, where the key is there already.
    bool insert(const Key& key, Value value) {
        const bool is_new = entries_.emplace(key, std::move(value)).second;
        if (is_new && log_.is_open()) log_.note([this, key] { entries_.erase(key); });
        return is_new;
    }

    /// False where it isn't there.
    bool erase(const Key& key) {
        auto node = entries_.extract(key);
        if (node.empty()) return false;
        if (log_.is_open())
            log_.note([this, node = std::move(node)]() mutable { entries_.insert(std::move(node)); }
            );
        return true;
    }

private:
    StateLog& log_;
    std::map<Key, Value> entries_;
};

}  // namespace frontrow
