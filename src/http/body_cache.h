#pragma once

#include "base/hash_map.h"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace frontrow::http {

/// Bodies that many ask for and that cost something to make. Those asked for last are kept, up to
/// `bytes_max` in all; what may not be told any more is not asked for any more, because a body's
/// name has its version in it. Any thread.
class BodyCache {
public:
    using Body = std::shared_ptr<const std::string>;

    explicit BodyCache(std::size_t bytes_max) : bytes_max_{bytes_max} {}

    /// Nothing where it isn't kept.
    Body find(const std::string& name) {
        const std::scoped_lock lock{mutex_};
        const auto found = places_.find(name);
        if (found == places_.end()) return nullptr;
        bodies_.splice(bodies_.begin(), bodies_, found->second);
        return found->second->second;
    }

    /// The body, made by `make()` where it isn't kept. Two threads may both make it.
    template <class Make>
    Body find_or_make(const std::string& name, Make make) {
        if (auto found = find(name)) return found;
        auto body = std::make_shared<const std::string>(make());
        const std::scoped_lock lock{mutex_};
        if (places_.contains(name)) return body;
        bodies_.emplace_front(name, body);
        places_.emplace(name, bodies_.begin());
        bytes_ += body->size();
        while (bytes_ > bytes_max_) {
            bytes_ -= bodies_.back().second->size();
            places_.erase(bodies_.back().first);
            bodies_.pop_back();
        }
        return body;
    }

private:
    using Bodies = std::list<std::pair<std::string, Body>>;

    const std::size_t bytes_max_;
    std::mutex mutex_;
    std::size_t bytes_ = 0;
    /// Asked for last first.
    Bodies bodies_;
    HashMap<std::string, Bodies::iterator> places_;
};

}  // namespace frontrow::http
