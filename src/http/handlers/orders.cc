#include "base/check.h"
#include "http/handlers/contacts.h"
#include "http/handlers/handlers.h"
#include "http/handlers/paying.h"
#include "http/handlers/replies.h"
#include "payments/desk.h"
#include "payments/notices.h"
#include "payments/providers.h"
#include "payments/runner.h"
#include "wire/order_json.h"
#include "wire/requests.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// A buyer's orders, and paying for them.

namespace frontrow::http::handlers {
namespace {

using domain::OrderView;
using domain::Payment;
using domain::PaymentStatus;

/// For answers that needn't repeat how to reach the buyer.
void reply_order(Context& context, const OrderView& view, unsigned status) {
    context.response.status = status;
    wire::append_order(context.response.body, view, {});
}

const Payment& payment_of(const OrderView& view, PaymentId id) {
    const auto& payments = view.order.payments;
    const auto found = std::ranges::find(payments, id, &Payment::id);
    CHECK(found != payments.end());
    return *found;
}

/// The payment that the request with this mark began.
PaymentId payment_by(const OrderView& view, const domain::RequestMark& mark) {
    const auto& payments = view.order.payments;
    const auto found = std::ranges::find_if(payments, [&](const Payment& one) {
        return one.request && one.request->key == mark.key;
    });
    CHECK(found != payments.end());
    return found->id;
}

/// Whether the payment bought nothing, because the seats were somebody else's when it succeeded.
bool came_too_late(const OrderView& view, PaymentId id) {
    return std::ranges::any_of(view.order.refunds, [id](const domain::Refund& refund) {
        return refund.payment == id && refund.reason == domain::RefundReason::too_late;
    });
}

void reply_payment(Context& context, const OrderView& view, PaymentId id, ReplyOrder reply) {
    const auto& payment = payment_of(view, id);
    switch (payment.status) {
        case PaymentStatus::open:
            return reply(context, view, 202);
        case PaymentStatus::declined:
            return context.fail(payment_declined(payment.decline_code));
        case PaymentStatus::succeeded:
            if (came_too_late(view, id)) return context.fail(paid_too_late());
            return reply(context, view, 200);
    }
}

/// Whether the order can be paid: a provider takes payments, or the order costs nothing. If it
/// can't, answers with an error.
Awaitable<bool> is_payable_or_fail(Context& context, OrderId id) {
    const auto& services = context.services;
    if (!services.payments.providers.chosen().empty()) co_return true;
    auto found = co_await services.store.read(domain::read_order, id, context.principal.sub);
    const auto* view = found_or_fail(context, found, "order");
    if (view == nullptr) co_return false;
    if (view->order.amount != 0) context.fail(takes_no_payments());
    co_return view->order.amount == 0;
}

}  // namespace

domain::StartPayment command_to_pay(
    const Context& context,
    OrderId order,
    wire::PaymentRequest request,
    const domain::RequestMark& mark
) {
    return {
        .payment = context.services.ids.next<PaymentId>(),
        .order = order,
        .user = context.principal.sub,
        .provider = context.services.payments.providers.chosen(),
        .token = std::move(request.token),
        .return_url = std::move(request.return_url),
        .request = mark,
    };
}

Awaitable<void> pay(Context& context, domain::StartPayment command, ReplyOrder reply) {
    const auto id = command.order;
    if (!co_await is_payable_or_fail(context, id)) co_return;
    const auto mark = command.request;
    auto& services = context.services;
    auto result = co_await services.store.execute(std::move(command), context.trace);
    const auto* view = entity_or_fail<OrderView>(context, result);
    if (view == nullptr) co_return;
    const auto payment = payment_by(*view, mark);
    if (payment_of(*view, payment).status != PaymentStatus::open)
        co_return reply_payment(context, *view, payment, reply);
    services.payments.runner.nudge();
    auto settled = co_await services.payments.desk.settle(id, payment, context.principal.sub);
    view = found_or_fail(context, settled, "order");
    if (view != nullptr) reply_payment(context, *view, payment, reply);
}

Awaitable<void> create_order(Context& context) {
    auto request = wire::parse_order_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    const auto mark = mark_with_contact(context, wire::canonical(*request));
    if (!mark) co_return;
    domain::PlaceOrder command{
        .order = context.services.ids.next<OrderId>(),
        .reservation = request->reservation,
        .user = context.principal.sub,
        .request = *mark,
        .accepts_terms = request->accepts_terms,
    };
    co_await place_order(context, std::move(command), std::move(request->contact));
}

Awaitable<void> list_orders(Context& context) {
    const auto name = "orders of " + context.principal.sub;
    const ListBounds bounds{.list = name};
    const auto page = page_or_fail(context, bounds);
    if (!page) co_return;
    auto list = co_await context.services.store.read(
        domain::read_orders, context.principal.sub, one_more(*page)
    );
    if (context.value_or_fail(list) == nullptr) co_return;
    if (list->size() > page->limit) {
        list->pop_back();
        const domain::Place last{.id = list->back().order.id.bits()};
        link_next(context, bounds, *page, last, "/api/v1/orders");
    }
    reply_list(context, *list, [](std::string& out, const OrderView& view) {
        wire::append_order(out, view, {});
    });
}

Awaitable<void> get_order(Context& context) {
    const auto id = context.path_id<OrderId>();
    if (!id) co_return;
    auto found =
        co_await context.services.store.read(domain::read_order, *id, context.principal.sub);
    const auto* view = found_or_fail(context, found, "order");
    if (view == nullptr) co_return;
    const auto contact = co_await contact_or_fail(context, *id);
    if (!contact) co_return;
    auto& body = context.response.body;
    wire::append_order(body, *view, *contact);
    context.services.sha.update(body);
    std::string tag;
    append_hex128(tag, context.services.sha.finish128());
    if (tag_answer(context, tag)) body.clear();
}

Awaitable<void> start_payment(Context& context) {
    const auto id = context.path_id<OrderId>();
    if (!id) co_return;
    auto request = wire::parse_payment_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    const auto mark = mark_with_needed_key(context, wire::canonical(*request));
    if (!mark) co_return;
    auto command = command_to_pay(context, *id, *std::move(request), *mark);
    co_await pay(context, std::move(command), reply_order);
}

Awaitable<void> take_payment_notice(Context& context) {
    std::vector<payments::NoticeHeader> headers;
    for (const auto& [name, header] :
         {std::pair{"stripe-signature", Header::stripe_signature},
          std::pair{"webhook-id", Header::webhook_id},
          std::pair{"webhook-signature", Header::webhook_signature},
          std::pair{"webhook-timestamp", Header::webhook_timestamp}})
        if (context.request.has(header)) headers.push_back({name, context.request.header(header)});
    const auto& provider = context.path_parts[0];
    const auto& payments = context.services.payments;
    auto result =
        co_await payments.notices.take(provider, headers, context.request.body, context.trace);
    const auto* taken = context.value_or_fail(result);
    if (taken == nullptr) co_return;
    if (!*taken) co_return context.fail(problem_of(taken->error()));
    // What a notice says may leave something to do, like giving money back.
    payments.runner.nudge();
    context.response.status = 204;
}

}  // namespace frontrow::http::handlers
