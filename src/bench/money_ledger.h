#pragma once

#include "base/money.h"
#include "bench/told_order.h"

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace frontrow::bench {

/// The sums of an event's money.
struct Takings {
    /// Orders that were paid, even if the money went back.
    std::uint64_t orders = 0;
    Amount captured = 0;
    Amount refunded = 0;

    friend bool operator==(const Takings&, const Takings&) = default;
};

/// What the server says about an event's money.
struct ServerMoney {
    Takings takings;
    std::vector<ToldOrder> orders;
};

/// Records what buyers were told about their orders and their money. It is independent of the
/// server's memory and database. Any thread.
class MoneyLedger {
public:
    /// Enters an order as its buyer knows it in the end. `has_returned`: its seat is on sale again.
    void enter(ToldOrder order, bool has_returned);

    // After the load.

    Takings takings() const;
    /// How many seats are on sale again.
    std::uint64_t returned() const { return returned_; }
    /// Says in what the server differs from what the buyers were told, a sentence each.
    std::vector<std::string> differences(const ServerMoney& server) const;

private:
    std::mutex mutex_;
    std::vector<ToldOrder> orders_;
    std::uint64_t returned_ = 0;
};

}  // namespace frontrow::bench
