#include "end_to_end/order_reckoning.h"

#include "end_to_end/order_load.h"
#include "support/eventually.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace frontrow::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

std::string status_wanted(const Purchase& purchase, bool is_cancelled) {
    if (!purchase.is_paid()) return "cancelled";
    const bool is_given_back =
        purchase.amount > 0 ? purchase.refunded() == purchase.amount : purchase.tickets_left() == 0;
    return is_cancelled || is_given_back ? "refunded" : "paid";
}

std::size_t count_with_status(const json::array& list, std::string_view status) {
    return static_cast<std::size_t>(std::ranges::count_if(list, [&](const json::value& one) {
        return text_of(one, "status") == status;
    }));
}

std::int64_t sum_of_amounts(const json::array& list) {
    std::int64_t sum = 0;
    for (const auto& one : list)
        sum += one.at("amount").to_number<std::int64_t>();
    return sum;
}

/// How many refunds an order of a cancelled event has besides those that an organiser asked for.
std::size_t owed_refunds(const Purchase& purchase, bool is_cancelled) {
    return is_cancelled && purchase.is_paid() && purchase.tickets_left() > 0 ? 1 : 0;
}

std::string counted(std::size_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

}  // namespace

/// Repeats the request while the answer is 503, or its outcome isn't known.
Answer OrderReckoning::ask(const Request& request) {
    std::optional<Answer> answer;
    const bool is_answered = eventually([&] {
        answer = client_.send(request);
        if (!answer) throw std::runtime_error("no answer to " + request.target);
        return answer->status != 503 && answer->code() != "OUTCOME_UNKNOWN";
    });
    if (!is_answered) throw std::runtime_error(request.target + ": " + answer->body);
    return *std::move(answer);
}

json::value OrderReckoning::get(const std::string& target) {
    const auto answer = ask({.target = target});
    if (answer.status != 200) throw std::runtime_error(target + ": " + answer.body);
    return answer.json();
}

OrderReckoning::ById OrderReckoning::list(const std::string& path, const std::string& user) {
    ById all;
    Request request{.target = path + "?limit=100"};
    if (!user.empty()) request.headers.emplace_back("X-User-ID", user);
    while (true) {
        const auto answer = ask(request);
        for (const auto& one : answer.json().as_array())
            all.emplace(text_of(one, "id"), one.as_object());
        const auto next = answer.header("link");
        if (next.empty()) return all;
        request.target = next.substr(1, next.find('>') - 1);
    }
}

std::string OrderReckoning::event_path(std::size_t hall) const {
    return "/api/v1/events/" + halls_[hall].event;
}

void OrderReckoning::settle() {
    for (const auto& purchase : purchases_)
        if (!purchase.order.empty()) ++orders_told_[purchase.user];
    finish_payments();
    end_holds();
    cancel_last_event();
    wait_for_refunds();
    for (std::size_t hall = 0; hall < halls_.size(); ++hall) {
        compare_orders(hall);
        compare_sales(hall);
        compare_stock(hall);
    }
}

void OrderReckoning::finish_payments() {
    for (auto& purchase : purchases_) {
        for (auto& attempt : purchase.attempts)
            if (attempt.outcome == Outcome::open) finish_payment(purchase, attempt);
        EXPECT_LE(purchase.count(Outcome::paid), 1U) << "charged twice: " << purchase.order;
    }
}

void OrderReckoning::finish_payment(Purchase& purchase, Attempt& attempt) {
    const auto request = with_key(
        {.method = "POST",
         .target = "/api/v1/orders/" + purchase.order + "/payments",
         .body = attempt.body},
        purchase.user,
        attempt.key
    );
    Answer answer;
    const bool has_result = eventually([&] {
        answer = ask(request);
        return answer.status != 202;
    });
    EXPECT_TRUE(has_result) << answer.body;
    EXPECT_TRUE(answer.status == 200 || answer.status == 402) << answer.body;
    EXPECT_FALSE(answer.status == 200 && attempt.is_hopeless) << answer.body;
    attempt.outcome = answer.status == 200 ? Outcome::paid : Outcome::declined;
}

/// Cancels what isn't paid, unless its hold has run out, so that nothing is held any more.
void OrderReckoning::end_holds() {
    for (const auto& purchase : purchases_) {
        if (purchase.is_paid()) continue;
        const auto answer = ask(
            {.method = "POST",
             .target = "/api/v1/reservations/" + purchase.reservation + "/cancel",
             .headers = {{"X-User-ID", purchase.user}}}
        );
        const bool has_ended = answer.status == 200 || answer.code() == "HOLD_EXPIRED";
        // A later order for the same reservation may be paid.
        EXPECT_TRUE(has_ended || answer.code() == "ALREADY_CONFIRMED") << answer.body;
    }
}

void OrderReckoning::cancel_last_event() {
    const auto answer =
        ask({.method = "POST", .target = event_path(halls_.size() - 1) + "/cancel"});
    EXPECT_EQ(answer.status, 202U) << answer.body;
}

void OrderReckoning::wait_for_refunds() {
    const auto last = halls_.size() - 1;
    const bool are_made = eventually([&] {
        const auto sales = get(event_path(last) + "/sales");
        return sales.at("cancellation").at("orders_to_refund").to_number<int>() == 0;
    });
    EXPECT_TRUE(are_made) << get(event_path(last) + "/sales");
    for (std::size_t hall = 0; hall < halls_.size(); ++hall) {
        EXPECT_TRUE(eventually([&] {
            return get(event_path(hall) + "/orders?status=refunding").as_array().empty();
        }));
        EXPECT_TRUE(get(event_path(hall) + "/orders?status=paying").as_array().empty());
    }
}

OrderReckoning::Sums OrderReckoning::sums_of(std::size_t hall) const {
    Sums sums;
    for (const auto& purchase : purchases_) {
        if (purchase.hall != hall || purchase.order.empty()) continue;
        ++sums.orders;
        if (!purchase.is_paid()) continue;
        ++sums.paid;
        sums.tickets += purchase.tickets();
        sums.captured += purchase.amount;
        sums.refunds += purchase.refunds.size() + owed_refunds(purchase, is_cancelled(purchase));
        sums.refunded += is_cancelled(purchase) ? purchase.amount : purchase.refunded();
    }
    return sums;
}

void OrderReckoning::compare_orders(std::size_t hall) {
    const auto all = list(event_path(hall) + "/orders", {});
    for (const auto& purchase : purchases_) {
        if (purchase.hall != hall || purchase.order.empty()) continue;
        const auto seen = all.find(purchase.order);
        if (seen == all.end()) {
            ADD_FAILURE() << "order " << purchase.order << " was acknowledged and is gone";
            continue;
        }
        compare_order(purchase, seen->second);
        if (!purchase.user.empty()) compare_own(purchase, seen->second);
    }
    EXPECT_EQ(all.size(), sums_of(hall).orders) << "orders that nobody was told of";
}

void OrderReckoning::compare_own(const Purchase& purchase, const json::object& seen) {
    const auto own = list("/api/v1/orders", purchase.user);
    const auto found = own.find(purchase.order);
    ASSERT_NE(found, own.end()) << purchase.user << " doesn't see order " << purchase.order;
    EXPECT_EQ(found->second, seen);
    EXPECT_EQ(own.size(), orders_told_[purchase.user]) << purchase.user;
}

void OrderReckoning::compare_order(const Purchase& purchase, const json::object& seen) {
    const bool is_over = is_cancelled(purchase);
    const auto what = json::serialize(seen);
    EXPECT_EQ(text_of(seen, "status"), status_wanted(purchase, is_over)) << what;
    EXPECT_EQ(seen.at("amount").to_number<std::int64_t>(), purchase.amount) << what;
    const auto& payments = seen.at("payments").as_array();
    const auto sold_here = purchase.user.empty() ? 1U : 0U;
    EXPECT_EQ(count_with_status(payments, "succeeded"), purchase.count(Outcome::paid) + sold_here)
        << what;
    EXPECT_EQ(count_with_status(payments, "declined"), purchase.count(Outcome::declined)) << what;
    EXPECT_EQ(count_with_status(payments, "open"), 0U) << what;
    const auto& refunds = seen.at("refunds").as_array();
    EXPECT_EQ(refunds.size(), purchase.refunds.size() + owed_refunds(purchase, is_over)) << what;
    EXPECT_EQ(count_with_status(refunds, "succeeded"), refunds.size()) << what;
    const auto given_back = purchase.is_paid() && is_over ? purchase.amount : purchase.refunded();
    EXPECT_EQ(sum_of_amounts(refunds), given_back) << what;
}

void OrderReckoning::compare_sales(std::size_t hall) {
    const auto sales = get(event_path(hall) + "/sales");
    const auto sums = sums_of(hall);
    const auto number = [&](const char* name) { return sales.at(name).to_number<std::int64_t>(); };
    EXPECT_EQ(number("orders"), static_cast<std::int64_t>(sums.paid)) << sales;
    EXPECT_EQ(number("tickets"), static_cast<std::int64_t>(sums.tickets)) << sales;
    EXPECT_EQ(number("captured"), sums.captured) << sales;
    EXPECT_EQ(number("refunded"), sums.refunded) << sales;
    EXPECT_EQ(number("revenue"), sums.captured - sums.refunded) << sales;
}

/// Every seat is sold to the buyer who has paid for it, or free; and so is every unit.
void OrderReckoning::compare_stock(std::size_t hall) {
    std::multiset<std::string> sold;
    std::size_t units = 0;
    for (const auto& purchase : purchases_) {
        if (purchase.hall != hall || !purchase.is_paid()) continue;
        std::set<std::string> seats{purchase.seats.begin(), purchase.seats.end()};
        units += purchase.units;
        for (const auto& refund : purchase.refunds) {
            if (!refund.returns_to_sale) continue;
            units -= refund.units;
            for (const auto& seat : refund.seats)
                seats.erase(seat);
        }
        sold.insert(seats.begin(), seats.end());
    }
    for (const auto& seat : get(event_path(hall) + "/seats").as_array()) {
        const auto id = text_of(seat, "id");
        EXPECT_LE(sold.count(id), 1U) << "seat " << id << " has several buyers";
        EXPECT_EQ(text_of(seat, "status"), sold.contains(id) ? "confirmed" : "available") << id;
    }
    const auto categories = get(event_path(hall) + "/ticket-categories");
    EXPECT_EQ(categories.at(0).at("available").to_number<std::size_t>(), standing_ - units);
}

void OrderReckoning::expect_in(const Finished& verified) const {
    Sums all;
    for (std::size_t hall = 0; hall < halls_.size(); ++hall) {
        const auto sums = sums_of(hall);
        all.orders += sums.orders;
        all.paid += sums.paid;
        all.captured += sums.captured;
        all.refunds += sums.refunds;
        all.refunded += sums.refunded;
    }
    const auto money = counted(all.paid, "capture") + " of " + std::to_string(all.captured) +
                       " JPY, " + counted(all.refunds, "refund") + " of " +
                       std::to_string(all.refunded) +
                       " JPY: " + std::to_string(all.captured - all.refunded) +
                       " JPY for what orders have sold, 0 JPY still to be refunded\n";
    std::cout << counted(all.orders, "order") << ", " << money;
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out, HasSubstr(counted(all.orders, "order") + "\n"));
    EXPECT_THAT(verified.out, HasSubstr(money));
}

}  // namespace frontrow::test
