#pragma once

#include "base/check.h"
#include "base/state_log.h"

#include <map>
#include <utility>

namespace frontrow {

/// An ordered map for few entries, or for entries that must be visited in order. It is derived from
/// rows elsewhere, so it isn't in the digest. Don't use long texts as keys, because each note
/// copies the key.
template <class Key, class Value>
class StateMap {
public:
    explicit StateMap(StateLog& log) : log_{log} {}
    StateMap(const StateMap&) = delete;
    StateMap& operator=(const StateMap&) = delete;

    const std::map<Key, Value>& entries() const { return entries_; }

    /// Returns false and changes nothing if the key is there already.
    bool insert(const Key& key, Value value) {
        const bool is_new = entries_.emplace(key, std::move(value)).second;
        if (is_new && log_.is_open()) log_.note([this, key] { entries_.erase(key); });
        return is_new;
    }

    /// Returns false if the key isn't there.
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
