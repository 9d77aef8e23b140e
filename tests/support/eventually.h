#pragma once

#include <chrono>
#include <thread>

namespace frontrow::test {

/// Looks until it is so, for ten seconds at most; whether it was.
template <class Condition>
bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace frontrow::test
