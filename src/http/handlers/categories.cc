#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "wire/entity_json.h"
#include "wire/requests.h"

#include <optional>
#include <string>

// The categories of general admission that an event sells besides its seats, or instead of them.

namespace frontrow::http::handlers {
namespace {

/// The category's name, the second {…} part of the path. If it isn't a valid name, answers with an
/// error and returns nothing.
std::optional<std::string> category_name_or_fail(Context& context) {
    auto name = wire::accept_category_name(context.path_parts[1]);
    if (name) return *std::move(name);
    auto& wrong = name.error();
    context.fail(invalid_field(std::move(wrong.field), std::move(wrong.message)));
    return std::nullopt;
}

}  // namespace

Awaitable<void> add_category(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto category = wire::parse_request<domain::Category>(context.request.body);
    if (context.value_or_fail(category) == nullptr) co_return;
    domain::AddCategory command{
        .event = *id,
        .by = context.organizer(),
        .category = *std::move(category),
    };
    const auto content = [&] { return wire::canonical(command.category); };
    if (!mark_or_fail(context, command.request, content)) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* added = entity_or_fail<domain::CategoryView>(context, result);
    if (added == nullptr) co_return;
    context.response.status = 201;
    wire::append_category(context.response.body, *added);
}

Awaitable<void> list_categories(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto found = co_await context.services.store.read(domain::read_categories, *id);
    if (const auto* categories = found_or_fail(context, found, "event"))
        reply_list(context, *categories, wire::append_category);
}

Awaitable<void> change_category(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto name = category_name_or_fail(context);
    if (!name) co_return;
    auto terms = wire::parse_request<wire::CategoryTerms>(context.request.body);
    if (context.value_or_fail(terms) == nullptr) co_return;
    domain::ChangeCategory command{
        .event = *id,
        .by = context.organizer(),
        .category =
            {.name = *std::move(name), .price = terms->price, .total_stock = terms->total_stock},
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (const auto* changed = entity_or_fail<domain::CategoryView>(context, result))
        wire::append_category(context.response.body, *changed);
}

}  // namespace frontrow::http::handlers
