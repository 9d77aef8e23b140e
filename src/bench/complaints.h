#pragma once

#include "bench/words.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::bench {

/// Counts what went wrong by kind, with the first case of each kind as an example. One thread;
/// add() merges two.
class Complaints {
public:
    struct Kind {
        std::uint64_t count = 0;
        std::string example;
    };

    void add(const std::string& kind, std::string example) {
        auto& known = kinds_[kind];
        if (known.count++ == 0) known.example = std::move(example);
    }
    void add(const Complaints& others) {
        for (const auto& [kind, other] : others.kinds_) {
            auto& known = kinds_[kind];
            if (known.count == 0) known.example = other.example;
            known.count += other.count;
        }
    }

    bool empty() const { return kinds_.empty(); }
    /// One for each kind.
    std::vector<std::string> sentences() const {
        std::vector<std::string> all;
        for (const auto& [kind, known] : kinds_)
            all.push_back(in_words(known.count) + " × " + kind + "; the first: " + known.example);
        return all;
    }

private:
    std::map<std::string, Kind> kinds_;
};

}  // namespace frontrow::bench
