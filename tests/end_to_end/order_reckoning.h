#pragma once

#include "end_to_end/order_ledger.h"
#include "end_to_end/server.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace frontrow::test {

/// Compares what a crowd of buyers was told about their money with what the server, and `frontrow
/// verify`, say in the end. Fails the test if both can't be true.
class OrderReckoning {
public:
    /// A hall with the standing room that make_order_hall() gave it.
    OrderReckoning(
        Client& client,
        const std::vector<Hall>& halls,
        std::size_t standing,
        std::vector<Purchase>& purchases
    )
        : client_{client}, halls_{halls}, standing_{standing}, purchases_{purchases} {}

    /// Waits for the payments' results, ends the holds, cancels the last hall's event, and waits
    /// until all refunds are made. Then compares each order, each event's sales, and what each
    /// event has left.
    void settle();
    /// The verdict must have the ledger's own sums.
    void expect_in(const Finished& verified) const;

private:
    struct Sums {
        std::size_t orders = 0;
        std::size_t paid = 0;
        std::size_t tickets = 0;
        std::int64_t captured = 0;
        std::size_t refunds = 0;
        std::int64_t refunded = 0;
    };

    using ById = std::map<std::string, boost::json::object>;

    Answer ask(const Request& request);
    boost::json::value get(const std::string& target);
    ById list(const std::string& path, const std::string& user);
    std::string event_path(std::size_t hall) const;
    bool is_cancelled(const Purchase& purchase) const { return purchase.hall + 1 == halls_.size(); }
    void finish_payments();
    void finish_payment(Purchase& purchase, Attempt& attempt);
    void end_holds();
    void cancel_last_event();
    void wait_for_refunds();
    /// What the event's orders come to by the ledger.
    Sums sums_of(std::size_t hall) const;
    void compare_orders(std::size_t hall);
    void compare_order(const Purchase& purchase, const boost::json::object& seen);
    /// The buyer must see the same as the organiser.
    void compare_own(const Purchase& purchase, const boost::json::object& seen);
    void compare_sales(std::size_t hall);
    void compare_stock(std::size_t hall);

    Client& client_;
    const std::vector<Hall>& halls_;
    std::size_t standing_;
    std::vector<Purchase>& purchases_;
    /// By user, how many orders were acknowledged.
    std::map<std::string, std::size_t> orders_told_;
};

}  // namespace frontrow::test
