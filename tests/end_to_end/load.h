#pragma once

#include "end_to_end/ledger.h"
#include "end_to_end/server.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace frontrow::test {

/// A crowd: buyers who reserve, confirm, cancel and extend, each on a thread and a connection of
/// their own, until they're told to stop or, unless they come back, their connection is closed.
/// Each remembers what they were told.
class Load {
public:
    struct Options {
        /// Of the servers, among whom the buyers are spread.
        std::vector<std::uint16_t> ports;
        /// Begins the buyers' names, so that no two crowds share any.
        std::string name;
        std::uint64_t seed = 0;
        std::size_t buyers = 12;
        /// Who loses their connection, or is told that nothing can be sold now, tries the next
        /// server.
        bool comes_back = false;
    };

    /// The hall outlives the load.
    Load(const Hall& hall, const Options& options);
    ~Load();

    /// Returns when the crowd has had so many answers. Throws if they don't come.
    void wait_for_answers(std::size_t count);
    /// Returns when every buyer has stopped because of their connection. Throws if one goes on.
    void wait_for_end();
    /// Lets everyone finish what they have begun.
    void stop();

    std::size_t answers() const { return answers_; }
    /// Who remembers what; once they have stopped.
    std::vector<Buyer>& buyers() { return buyers_; }
    /// Answers that nobody should have got.
    const std::vector<std::string>& surprises() const { return surprises_; }
    std::size_t unknown_outcomes() const { return unknown_outcomes_; }
    std::size_t storage_refusals() const { return storage_refusals_; }

private:
    class Shopping;

    void answered(const Answer& answer, bool is_surprise);
    void join();

    const Hall& hall_;
    const Options options_;
    std::vector<Buyer> buyers_;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> answers_ = 0;
    std::atomic<std::size_t> unknown_outcomes_ = 0;
    std::atomic<std::size_t> storage_refusals_ = 0;
    std::atomic<std::size_t> at_work_ = 0;
    std::mutex mutex_;
    std::condition_variable moved_;
    std::vector<std::string> surprises_;
    std::vector<std::thread> threads_;
};

}  // namespace frontrow::test
