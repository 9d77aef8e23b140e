#pragma once

#include "domain/commands.h"
#include "domain/order.h"
#include "http/context.h"
#include "wire/requests.h"

namespace frontrow::http::handlers {

/// Answers with an order.
using ReplyOrder = void (*)(Context& context, const domain::OrderView& view, unsigned status);

/// The command by which the caller pays for an order.
domain::StartPayment command_to_pay(
    const Context& context,
    OrderId order,
    wire::PaymentRequest request,
    const domain::RequestMark& mark
);

/// Pays, and waits for the result for a while. Calls `reply` with 200 if the order is paid, or with
/// 202 if the result isn't known yet; answers with an error if the payment was declined or the
/// order can't be paid.
store::Awaitable<void> pay(Context& context, domain::StartPayment command, ReplyOrder reply);

}  // namespace frontrow::http::handlers
