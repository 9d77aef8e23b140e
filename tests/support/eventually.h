#pragma once

#include <chrono>
#include <thread>

namespace frontrow::test {

/// Looks until it is so, for `patience` at most; whether it was.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds patience = std::chrono::seconds{60}) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        // Not a yield: what is waited for needs the processor.
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

}  // namespace frontrow::test
