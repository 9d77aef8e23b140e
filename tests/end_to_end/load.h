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

/// A crowd of buyers who reserve, confirm, cancel and extend, each on a thread and a connection of
/// its own. A buyer stops when told to, or when the connection closes, unless `comes_back`. Each
/// remembers its answers.
class Load {
public:
    struct Options {
        /// The ports of the servers; the buyers are spread among them.
        std::vector<std::uint16_t> ports;
        /// Prefix of the buyers' names, so that two crowds share none.
        std::string name;
        std::uint64_t seed = 0;
        std::size_t buyers = 12;
        /// A buyer who loses the connection, or is told that nothing can be sold now, tries the
        /// next server.
        bool comes_back = false;
    };

    /// The hall must outlive the load.
    Load(const Hall& hall, const Options& options);
    ~Load();

    /// Returns when the crowd has got `count` answers. Throws if they don't come.
    void wait_for_answers(std::size_t count);
    /// Returns when every buyer has stopped because its connection closed. Throws if one continues.
    void wait_for_end();
    /// Lets every buyer finish its current request.
    void stop();

    std::size_t answers() const { return answers_; }
    /// The buyers' records; read them only after the buyers have stopped.
    std::vector<Buyer>& buyers() { return buyers_; }
    /// Answers that no buyer should get.
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
