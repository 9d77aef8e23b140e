#include "bench/told_order.h"

#include <boost/json.hpp>

namespace frontrow::bench {

namespace json = boost::json;

std::optional<ToldOrder> order_in(const json::value& document) {
    const auto* order = document.if_object();
    if (order == nullptr) return std::nullopt;
    const auto* id = order->if_contains("id");
    const auto* amount = order->if_contains("amount");
    const auto* status = order->if_contains("status");
    const bool is_order = id != nullptr && id->is_string() && amount != nullptr &&
                          amount->is_int64() && status != nullptr && status->is_string();
    if (!is_order) return std::nullopt;
    return ToldOrder{
        .id = std::string{id->get_string()},
        .amount = amount->get_int64(),
        .status = std::string{status->get_string()},
    };
}

std::optional<ToldOrder> read_order(std::string_view body) {
    boost::system::error_code error;
    const auto document = json::parse({body.data(), body.size()}, error);
    return error ? std::nullopt : order_in(document);
}

}  // namespace frontrow::bench
