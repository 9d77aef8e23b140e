#pragma once

#include "end_to_end/order_ledger.h"
#include "end_to_end/server.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace frontrow::test {

/// The price of a unit of standing room, of which each hall of make_order_hall() has a stock.
inline constexpr std::int64_t kStandingPrice = 3'000;
inline constexpr std::int64_t kSeatPrice = 5'000;

/// A hall whose tickets are paid for by orders alone. Throws if it can't be created.
Hall make_order_hall(Client& client, std::size_t seats, std::size_t standing);

/// The payment simulator's settings: it declines some payments and loses some answers, as the seed
/// says.
std::vector<std::string> order_environment(std::uint64_t seed);

/// The key under which a request is repeated.
Request with_key(Request request, const std::string& user, const std::string& key);

/// A crowd of buyers who reserve, order, pay and are refunded, some of them at a box office. What a
/// buyer does follows from the seed. A request without an answer is repeated under its key, at the
/// next server, until it has one; so each buyer knows what became of their money.
class OrderLoad {
public:
    struct Options {
        /// The ports of the servers; the buyers are spread among them.
        std::vector<std::uint16_t> ports;
        std::uint64_t seed = 0;
        std::size_t buyers = 0;
        /// How many of them buy at the same time.
        std::size_t at_once = 24;
    };

    /// The halls must outlive the load.
    OrderLoad(const std::vector<Hall>& halls, const Options& options);
    ~OrderLoad();

    /// Returns when so many buyers have done all they wanted. Throws if they don't come so far.
    void wait_for_buyers(std::size_t count);
    /// The server has another port from now on.
    void answers_at(std::size_t server, std::uint16_t port) { ports_[server] = port; }
    /// Returns when every buyer has done all they wanted.
    void finish();

    /// Read these only after finish().
    std::vector<Purchase>& purchases() { return purchases_; }
    /// Answers that no buyer should get.
    const std::vector<std::string>& surprises() const { return surprises_; }

private:
    class Shopper;

    void work();

    const std::vector<Hall>& halls_;
    const Options options_;
    std::vector<std::atomic<std::uint16_t>> ports_;
    std::atomic<std::size_t> next_ = 0;
    /// The test has failed: the buyers shall go.
    std::atomic<bool> is_stopping_ = false;
    std::mutex mutex_;
    std::condition_variable moved_;
    std::size_t done_ = 0;
    std::vector<Purchase> purchases_;
    std::vector<std::string> surprises_;
    std::vector<std::thread> threads_;
};

}  // namespace frontrow::test
