#include "bench/bench_run.h"
#include "bench/crooked_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

// Servers that sell seats as they should, and make mistakes with the money.

namespace frontrow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Takes the money for orders of one seat. A test may make it do something wrong.
class Shop {
public:
    struct Mistakes {
        bool takes_declined_cards = false;
        bool forgets_an_order = false;
        bool shows_refunded_as_paid = false;
        std::int64_t captured_too_much = 0;
        bool keeps_returned_seats = false;
    };

    explicit Shop(Mistakes mistakes) : mistakes_{mistakes} {}

    CrookedServer::Reply answer(const std::string& request) {
        const std::lock_guard lock{mutex_};
        if (request.starts_with("GET ")) return {200, shown(request)};
        if (request.starts_with("POST /api/v1/orders ")) {
            const auto id = "order-" + std::to_string(orders_.size());
            orders_[id] = "created";
            return {201, told(id)};
        }
        const std::string before = "/orders/";
        const auto begin = request.find(before) + before.size();
        const auto id = request.substr(begin, request.find('/', begin) - begin);
        if (request.contains("/refund ")) {
            orders_[id] = "refunded";
            if (request.contains("return_to_sale")) ++returned_;
            return {200, told(id)};
        }
        if (request.contains("tok_decline") && !mistakes_.takes_declined_cards)
            return {402, R"({"code":"PAYMENT_DECLINED"})"};
        orders_[id] = "paid";
        return {200, told(id)};
    }
    /// How many seats of `all` are free after `sold` were sold.
    std::uint64_t left(std::uint64_t all, std::uint64_t sold) {
        const std::lock_guard lock{mutex_};
        return all - sold + (mistakes_.keeps_returned_seats ? 0 : returned_);
    }

private:
    std::string told(const std::string& id) const {
        return R"({"id":")" + id + R"(","status":")" + orders_.at(id) + R"(","amount":5000})";
    }
    std::string shown(const std::string& request) {
        if (request.contains("/sales ")) return report();
        auto orders = orders_;
        if (mistakes_.forgets_an_order) orders.erase(orders.begin());
        std::string list;
        for (const auto& [id, status] : orders) {
            if (mistakes_.shows_refunded_as_paid && status == "refunded") orders_[id] = "paid";
            list += (list.empty() ? "" : ",") + told(id);
        }
        return "[" + list + "]";
    }
    std::string report() const {
        std::int64_t paid = 0;
        std::int64_t refunded = 0;
        for (const auto& [id, status] : orders_) {
            if (status != "created") ++paid;
            if (status == "refunded") ++refunded;
        }
        return R"({"orders":)" + std::to_string(paid) + R"(,"captured":)" +
               std::to_string(5'000 * paid + mistakes_.captured_too_much) + R"(,"refunded":)" +
               std::to_string(5'000 * refunded) + "}";
    }

    const Mistakes mistakes_;
    std::mutex mutex_;
    std::map<std::string, std::string> orders_;
    std::uint64_t returned_ = 0;
};

/// Twenty buyers, of whom each second ten do the same as the first.
Finished buy_at_shop_with(Shop::Mistakes mistakes) {
    const auto shop = std::make_shared<Shop>(mistakes);
    const auto sold = std::make_shared<std::atomic<std::uint64_t>>(0);
    const CrookedServer server{{
        .reserve =
            [sold](const std::string& seats) {
                ++*sold;
                return CrookedServer::sold(seats);
            },
        .count = [shop, sold] { return shop->left(20, *sold); },
        .shop = [shop](const std::string& request) { return shop->answer(request); },
    }};
    return run_bench(
               {"--url", server.url(), "--scenario", "orders", "--seats", "20", "--connections", "4"
               }
    )
        .finished;
}

TEST(CrookedShop, that_keeps_the_contract_passes) {
    const auto finished = buy_at_shop_with({});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("18 orders were paid"));
}

TEST(CrookedShop, that_takes_a_declined_card_is_caught) {
    const auto finished = buy_at_shop_with({.takes_declined_cards = true});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(
        finished.err,
        AllOf(
            HasSubstr("4 × unexpected answers with status 200"),
            HasSubstr("the money doesn't agree: buyers were told of 16 paid orders")
        )
    );
}

TEST(CrookedShop, that_captures_more_than_it_tells_is_caught) {
    const auto finished = buy_at_shop_with({.captured_too_much = 5'000});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(
        finished.err,
        HasSubstr("buyers were told of 18 paid orders, 90000 captured and 20000 refunded, and the "
                  "server's report has 18 paid orders, 95000 captured and 20000 refunded")
    );
}

TEST(CrookedShop, that_forgets_an_order_is_caught) {
    const auto finished = buy_at_shop_with({.forgets_an_order = true});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(
        finished.err,
        HasSubstr("1 × orders that buyers were told of and the server doesn't show; the first: "
                  "order-0")
    );
}

TEST(CrookedShop, that_shows_other_orders_than_it_told_is_caught) {
    const auto finished = buy_at_shop_with({.shows_refunded_as_paid = true});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(
        finished.err,
        AllOf(
            HasSubstr("4 × orders of which the server shows something else than buyers were told"),
            HasSubstr("was told to be 5000 and refunded, and is shown as 5000 and paid")
        )
    );
}

TEST(CrookedShop, that_keeps_a_seat_which_was_given_back_is_caught) {
    const auto finished = buy_at_shop_with({.keeps_returned_seats = true});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(
        finished.err,
        HasSubstr("the books don't agree: buyers were told of 18 seats, and by the server's count "
                  "20 are taken")
    );
}

}  // namespace
}  // namespace frontrow::test
