#include "bench/money_ledger.h"

#include "bench/complaints.h"
#include "bench/words.h"

#include <unordered_map>
#include <utility>

namespace frontrow::bench {
namespace {

std::string told(const ToldOrder& order) {
    return fmt::format("{} and {}", order.amount, order.status);
}

std::string told(const Takings& takings) {
    return fmt::format(
        "{} paid orders, {} captured and {} refunded",
        in_words(takings.orders),
        takings.captured,
        takings.refunded
    );
}

}  // namespace

void MoneyLedger::enter(ToldOrder order, bool has_returned) {
    const std::lock_guard lock{mutex_};
    orders_.push_back(std::move(order));
    if (has_returned) ++returned_;
}

Takings MoneyLedger::takings() const {
    Takings sum;
    for (const auto& order : orders_) {
        const bool is_refunded = order.status == "refunded";
        if (!is_refunded && order.status != "paid") continue;
        ++sum.orders;
        sum.captured += order.amount;
        if (is_refunded) sum.refunded += order.amount;
    }
    return sum;
}

std::vector<std::string> MoneyLedger::differences(const ServerMoney& server) const {
    std::unordered_map<std::string, const ToldOrder*> shown;
    for (const auto& order : server.orders)
        shown.emplace(order.id, &order);
    Complaints complaints;
    for (const auto& order : orders_) {
        const auto found = shown.find(order.id);
        if (found == shown.end()) {
            complaints.add("orders that buyers were told of and the server doesn't show", order.id);
            continue;
        }
        if (*found->second != order)
            complaints.add(
                "orders of which the server shows something else than buyers were told",
                order.id + " was told to be " + told(order) + ", and is shown as " +
                    told(*found->second)
            );
        shown.erase(found);
    }
    for (const auto& [id, order] : shown)
        complaints.add("orders that no buyer was told of", id + ", " + told(*order));
    auto wrongs = complaints.sentences();
    if (const auto sum = takings(); sum != server.takings)
        wrongs.push_back(
            "the money doesn't agree: buyers were told of " + told(sum) +
            ", and the server's report has " + told(server.takings)
        );
    return wrongs;
}

}  // namespace frontrow::bench
