#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "payments/desk.h"
#include "payments/runner.h"
#include "wire/order_json.h"
#include "wire/requests.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

// What an admin settles by hand: payments and refunds of which the provider's word is missing, or
// can't be taken, because it has moved another sum or the money has gone another way.

namespace frontrow::http::handlers {
namespace {

using domain::Order;

constexpr auto kCode = "settled_by_hand";

/// The provider that was asked for this payment. Nothing if the order doesn't have it.
std::optional<std::string> provider_of(const Order& order, PaymentId payment) {
    const auto found = std::ranges::find(order.payments, payment, &domain::Payment::id);
    return found == order.payments.end() ? std::nullopt : std::optional{found->provider};
}

std::optional<domain::Command>
command_for(const Order& order, PaymentId payment, bool is_done, const std::string& by) {
    auto provider = provider_of(order, payment);
    if (!provider) return std::nullopt;
    using enum domain::PaymentNews;
    return domain::NotePayment{
        .payment = payment,
        .provider = *std::move(provider),
        .news = is_done ? succeeded : declined,
        .code = is_done ? "" : kCode,
        .amount = order.amount,
        .currency = order.currency,
        .by = by,
    };
}

std::optional<domain::Command>
command_for(const Order& order, RefundId refund, bool is_done, const std::string& by) {
    const auto found = std::ranges::find(order.refunds, refund, &domain::Refund::id);
    if (found == order.refunds.end()) return std::nullopt;
    return domain::NoteRefund{
        .refund = refund,
        .provider = provider_of(order, found->payment).value(),
        .is_done = is_done,
        .code = is_done ? "" : kCode,
        .by = by,
    };
}

}  // namespace

Awaitable<void> settle_by_hand(Context& context) {
    const auto id = context.path_id<OrderId>();
    if (!id) co_return;
    auto request = wire::parse_settlement_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    auto& services = context.services;
    auto found = co_await services.store.read(domain::read_event_order, *id, context.organizer());
    const auto* view = found_or_fail(context, found, "order");
    if (view == nullptr) co_return;
    const auto& by = context.principal.sub;
    auto command = request->payment
                       ? command_for(view->order, *request->payment, request->is_done, by)
                       : command_for(view->order, *request->refund, request->is_done, by);
    if (!command)
        co_return context.fail(not_found(
            request->payment ? "The order has no such payment." : "The order has no such refund."
        ));
    auto result = co_await services.store.execute(*std::move(command), context.trace);
    view = entity_or_fail<domain::OrderView>(context, result);
    if (view == nullptr) co_return;
    services.payments.desk.tell(
        request->payment ? request->payment->bits() : request->refund->bits()
    );
    // Money that came too late is to go back.
    services.payments.runner.nudge();
    wire::append_order(context.response.body, *view, {});
}

}  // namespace frontrow::http::handlers
