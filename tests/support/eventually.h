#pragma once

#include <chrono>
#include <thread>

namespace frontrow::test {

/// Checks the condition again and again until it holds, but no longer than `patience`. Returns true
/// if it held.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds patience = std::chrono::seconds{60}) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        // Sleeps instead of yielding: the awaited work needs the processor.
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

}  // namespace frontrow::test
