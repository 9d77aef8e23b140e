#include "base/check.h"
#include "http/handlers/contacts.h"
#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "http/limits.h"
#include "http/query.h"
#include "io/workers.h"
#include "payments/runner.h"
#include "wire/fields.h"
#include "wire/order_csv.h"
#include "wire/order_json.h"
#include "wire/requests.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// An event's orders, for its organisers.

namespace frontrow::http::handlers {
namespace {

using domain::OrderStatus;
using domain::OrderView;
using Orders = std::vector<OrderView>;

/// A table is made of parts with so many orders, so that other requests come in between.
constexpr std::size_t kOrdersAtOnce = 200;
/// For orders with a certain status, the store looks at so many orders at once.
constexpr std::uint32_t kLookedThrough = 2'000;

struct Filter {
    std::optional<OrderStatus> only;

    /// As a parameter that follows others.
    std::string in_query() const {
        return only ? "&status=" + std::string{name_of(*only)} : std::string{};
    }
};

/// The status that the query asks for. If it is unknown, answers with an error and returns nothing.
std::optional<Filter> filter_or_fail(Context& context) {
    const auto text = query_parameter(context.request.query, "status");
    if (!text) return Filter{};
    constexpr auto all = choices(OrderStatus{});
    const auto* const chosen =
        std::ranges::find_if(all, [&](OrderStatus one) { return name_of(one) == *text; });
    if (chosen != all.end()) return Filter{*chosen};
    std::array<std::string_view, all.size()> names;
    std::ranges::transform(all, names.begin(), [](OrderStatus one) { return name_of(one); });
    context.fail(invalid_field("status", wire::must_be_one_of(names)));
    return std::nullopt;
}

domain::Place place_of(const OrderView& view) {
    return {.id = view.order.id.bits()};
}

/// The page's orders. Other requests come in between if the store has to look through many. Nothing
/// if the caller may not see them.
Awaitable<Result<std::optional<Orders>, io::Fault>>
read_page(Context& context, EventId event, std::optional<OrderStatus> only, store::Page page) {
    Orders all;
    for (std::optional rest{page}; rest;) {
        auto part = co_await context.services.store.read(
            domain::read_event_orders, event, context.organizer(), only, *rest, kLookedThrough
        );
        if (!part) co_return std::unexpected(std::move(part.error()));
        if (!*part) co_return std::nullopt;
        std::ranges::move((*part)->some, std::back_inserter(all));
        rest = (*part)->rest;
    }
    co_return all;
}

std::vector<OrderId> ids_of(const Orders& orders) {
    std::vector<OrderId> ids;
    ids.reserve(orders.size());
    for (const auto& view : orders)
        ids.push_back(view.order.id);
    return ids;
}

/// Appends the orders to the table in the body, on a worker. If there is no room, answers with an
/// error and returns false.
Awaitable<bool> append_part_or_fail(Context& context, const Orders& orders) {
    const auto contacts = co_await contacts_or_fail(context, ids_of(orders));
    if (!contacts || !grow_or_fail(context, orders.size() * wire::kOrderRecordBytes))
        co_return false;
    auto work = [&] {
        std::string part;
        for (std::size_t i = 0; i < orders.size(); ++i)
            wire::append_order_record(part, orders[i], (*contacts)[i]);
        return part;
    };
    context.response.body += co_await context.services.workers.run(work);
    co_return true;
}

/// Appends the page's orders to the table in the body, part by part. If more follow, sets `next` to
/// the place where they do. If it fails, answers with an error and returns false.
Awaitable<bool> append_page_or_fail(
    Context& context,
    EventId event,
    std::optional<OrderStatus> only,
    store::Page page,
    std::optional<domain::Place>& next
) {
    auto left = page.limit;
    std::optional<domain::Place> last;
    while (true) {
        page.limit = std::min(kOrdersAtOnce, left + 1);
        auto found = co_await read_page(context, event, only, page);
        auto* orders = found_or_fail(context, found, "event");
        if (orders == nullptr) co_return false;
        const bool is_last = orders->size() < page.limit;
        const bool goes_on = orders->size() > left;
        if (goes_on) orders->pop_back();
        if (!orders->empty()) last = place_of(orders->back());
        if (!co_await append_part_or_fail(context, *orders)) co_return false;
        if (goes_on) next = last;
        if (goes_on || is_last) co_return true;
        left -= orders->size();
        page = {.after = last};
    }
}

/// Whether the caller may use the organisers' routes of this order: by their role, or as a member
/// of its event. If not, answers with an error and returns false. Whether the order's event is
/// theirs, the store decides.
Awaitable<bool> may_organize_or_fail(Context& context) {
    using identity::Role;
    if (context.principal.role >= Role::organizer) co_return true;
    if (const auto id = OrderId::parse(context.path_parts[0])) {
        auto found = co_await context.services.store.read(
            domain::read_event_order, *id, context.organizer()
        );
        const auto* order = context.value_or_fail(found);
        if (order == nullptr) co_return false;
        if (*order) co_return true;
    }
    context.fail(needs_role(identity::name_of(Role::organizer)));
    co_return false;
}

const domain::Refund& refund_by(const OrderView& view, const domain::RequestMark& mark) {
    const auto& refunds = view.order.refunds;
    const auto refund = std::ranges::find_if(refunds, [&](const domain::Refund& one) {
        return one.request && one.request->key == mark.key;
    });
    CHECK(refund != refunds.end());
    return *refund;
}

void reply_refund(Context& context, const OrderView& view, const domain::RequestMark& mark) {
    const auto& refund = refund_by(view, mark);
    switch (refund.status) {
        case domain::RefundStatus::failed:
            return context.fail(refund_failed(refund.failure_code));
        case domain::RefundStatus::open:
            context.response.status = 202;
            break;
        case domain::RefundStatus::succeeded:
            break;
    }
    wire::append_order(context.response.body, view, {});
}

}  // namespace

Awaitable<void> list_event_orders(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    const auto filter = filter_or_fail(context);
    if (!filter) co_return;
    const auto name = "orders of event " + event->to_string() + filter->in_query();
    const ListBounds bounds{.list = name};
    const auto page = page_or_fail(context, bounds);
    if (!page) co_return;
    auto found = co_await read_page(context, *event, filter->only, one_more(*page));
    auto* orders = found_or_fail(context, found, "event");
    if (orders == nullptr) co_return;
    const bool goes_on = orders->size() > page->limit;
    if (goes_on) orders->pop_back();
    const auto contacts = co_await contacts_or_fail(context, ids_of(*orders));
    if (!contacts) co_return;
    const auto path = "/api/v1/events/" + event->to_string() + "/orders";
    if (goes_on)
        link_next(context, bounds, *page, place_of(orders->back()), path, filter->in_query());
    reply_list(
        context,
        *orders,
        [next = contacts->begin()](std::string& out, const OrderView& view) mutable {
            wire::append_order(out, view, *next++);
        }
    );
}

Awaitable<void> export_event_orders(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    const auto filter = filter_or_fail(context);
    if (!filter) co_return;
    const auto name = "table of orders of event " + event->to_string() + filter->in_query();
    const ListBounds bounds{
        .list = name, .limit_max = kOrdersInTableMax, .limit = kOrdersInTableMax
    };
    const auto page = page_or_fail(context, bounds);
    if (!page) co_return;
    wire::append_order_columns(context.response.body);
    std::optional<domain::Place> next;
    if (!co_await append_page_or_fail(context, *event, filter->only, *page, next)) co_return;
    const auto id = event->to_string();
    const auto path = "/api/v1/events/" + id + "/orders.csv";
    if (next) link_next(context, bounds, *page, *next, path, filter->in_query());
    auto& response = context.response;
    response.content_type = "text/csv; charset=utf-8; header=present";
    response.add_header("Content-Disposition", "attachment; filename=\"orders-" + id + ".csv\"");
}

Awaitable<void> get_sales(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto found =
        co_await context.services.store.read(domain::read_sales, *event, context.organizer());
    if (const auto* report = found_or_fail(context, found, "event"))
        wire::append_sales(context.response.body, *event, *report);
}

Awaitable<void> sell_at_box_office(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto request = wire::parse_box_office_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    const auto mark = mark_with_contact(context, wire::canonical(*event, *request));
    if (!mark) co_return;
    request->claim.event = *event;
    const auto& services = context.services;
    domain::SellAtBoxOffice command{
        .claim = std::make_shared<const domain::ReserveSeats>(
            claim_of(context, std::move(request->claim), *mark)
        ),
        .order = services.ids.next<OrderId>(),
        .payment = services.ids.next<PaymentId>(),
        .by = context.organizer(),
        .method = request->method,
    };
    co_await place_order(context, std::move(command), std::move(request->contact));
}

Awaitable<void> refund_order(Context& context) {
    if (!co_await may_organize_or_fail(context)) co_return;
    const auto id = context.path_id<OrderId>();
    if (!id) co_return;
    auto request = wire::parse_refund_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    const auto mark = mark_with_needed_key(context, wire::canonical(*request));
    if (!mark) co_return;
    domain::RefundOrder command{
        .refund = context.services.ids.next<RefundId>(),
        .order = *id,
        .by = context.organizer(),
        .seats = std::move(request->claim.seats),
        .items = std::move(request->claim.items),
        .returns_to_sale = request->returns_to_sale,
        .request = *mark,
        .despite_dispute = request->despite_dispute,
        .tickets = std::move(request->tickets),
    };
    auto& services = context.services;
    auto result = co_await services.store.execute(std::move(command), context.trace);
    const auto* view = entity_or_fail<OrderView>(context, result);
    if (view == nullptr) co_return;
    const auto& refund = refund_by(*view, *mark);
    if (refund.status != domain::RefundStatus::open) co_return reply_refund(context, *view, *mark);
    services.payments.runner.nudge();
    auto settled =
        co_await services.payments.desk.settle_refund(*id, refund.id, context.organizer());
    view = found_or_fail(context, settled, "order");
    if (view != nullptr) reply_refund(context, *view, *mark);
}

}  // namespace frontrow::http::handlers
