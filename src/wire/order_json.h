#pragma once

#include "base/id.h"
#include "domain/order.h"
#include "domain/reads.h"
#include "wire/contact.h"

#include <cstddef>
#include <string>

namespace frontrow::wire {

/// Approximate size of an order of few lines as JSON.
inline constexpr std::size_t kOrderBytes = 1'024;

/// For the order's owner and the event's organisers, who alone may see the contact.
void append_order(std::string& out, const domain::OrderView& view, const Contact& contact);
void append_sales(std::string& out, EventId event, const domain::SalesReport& report);

}  // namespace frontrow::wire
