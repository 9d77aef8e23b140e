#pragma once

#include "domain/order.h"
#include "http/handlers/replies.h"
#include "wire/contact.h"
#include "wire/order_json.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::http::handlers {

// The contacts of orders, each in a side record. Only the order's owner and the event's organisers
// may see them.

/// The account whose contact an order's is. What the box office sells belongs to the clerk, but the
/// contact is the buyer's, whose account nobody knows.
inline std::string_view buyer_of(const domain::PlaceOrder& command) {
    return command.user;
}
inline std::string_view buyer_of(const domain::SellAtBoxOffice&) {
    return {};
}

/// Keeps the contact of an order that is about to be placed, durably. `buyer`: the account whose it
/// is; empty if nobody knows. Returns the version of its side record; 0, and keeps nothing, if the
/// contact is empty. If it can't be kept, answers with an error and returns nothing.
store::Awaitable<std::optional<std::uint64_t>> keep_contact_or_fail(
    Context& context,
    OrderId order,
    const wire::Contact& contact,
    std::string_view buyer
);

/// Erases a contact that keep_contact_or_fail() has kept under this version.
store::Awaitable<void> erase_contact(Context& context, OrderId order, std::uint64_t version);

/// The contact of an order; empty if none is kept. If it can't be read, answers with an error and
/// returns nothing.
store::Awaitable<std::optional<wire::Contact>> contact_or_fail(Context& context, OrderId order);

/// The contacts of these orders, in their order; empty for a nil id. If one can't be read, answers
/// with an error and returns nothing.
store::Awaitable<std::optional<std::vector<wire::Contact>>>
contacts_or_fail(Context& context, const std::vector<OrderId>& orders);

/// True if the contact of the order with this id is to be kept after the command that was to place
/// it: it was placed, or nobody knows.
bool is_placed(const OutcomeResult& result, OrderId order);

/// Executes a command that places an order, and keeps the contact beside it. The contact comes
/// first, so that no order ever lacks it. If the server ends in between, a contact is left over
/// that belongs to no order. If the order isn't placed, answers with an error and returns nothing.
template <class Command>
store::Awaitable<std::optional<domain::OrderView>>
place_or_fail(Context& context, Command command, const wire::Contact& contact) {
    const auto order = command.order;
    const auto version = co_await keep_contact_or_fail(context, order, contact, buyer_of(command));
    if (!version) co_return std::nullopt;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (!is_placed(result, order)) co_await erase_contact(context, order, *version);
    auto* view = entity_or_fail<domain::OrderView>(context, result);
    if (view == nullptr) co_return std::nullopt;
    context.response.status = 201;
    co_return std::move(*view);
}

/// The same, and answers with the order.
template <class Command>
store::Awaitable<void> place_order(Context& context, Command command, wire::Contact contact) {
    const auto view = co_await place_or_fail(context, std::move(command), contact);
    if (!view) co_return;
    context.add_location("/api/v1/orders/", view->order.id.bits());
    wire::append_order(context.response.body, *view, contact);
}

/// Marks a request that may contain a contact. The key goes into the digest of the content, too:
/// without it, somebody who has the journal could find an address by trying.
std::optional<domain::RequestMark> mark_with_contact(Context& context, std::string content);

}  // namespace frontrow::http::handlers
