#pragma once

#include "base/money.h"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// An order, as an answer of the server tells it.
struct ToldOrder {
    std::string id;
    Amount amount = 0;
    std::string status;

    friend bool operator==(const ToldOrder&, const ToldOrder&) = default;
};

/// Both return nothing unless it is an order.
std::optional<ToldOrder> order_in(const boost::json::value& document);
std::optional<ToldOrder> read_order(std::string_view body);

}  // namespace frontrow::bench
