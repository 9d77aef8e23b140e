#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "http/query.h"
#include "wire/entity_json.h"
#include "wire/requests.h"

#include <optional>
#include <string>

// The members of an event: users with rights on it, besides its creator.

namespace frontrow::http::handlers {
namespace {

/// The `sub` in the query. If it is absent or invalid, answers with an error and returns nothing.
/// It isn't a part of the path, because a `sub` may contain a slash.
std::optional<std::string> sub_or_fail(Context& context) {
    auto sub = query_parameter(context.request.query, "sub").value_or("");
    if (auto wrong = wire::check_sub(sub)) {
        context.fail(invalid_field(std::move(wrong->field), std::move(wrong->message)));
        return std::nullopt;
    }
    return sub;
}

}  // namespace

Awaitable<void> add_member(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto request = wire::parse_request<wire::MemberRequest>(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    domain::AddMember command{
        .event = *id,
        .by = context.organizer(),
        .sub = request->sub,
        .role = request->role,
    };
    if (!mark_or_fail(context, command.request, [&] { return wire::canonical(*request); }))
        co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* added = entity_or_fail<domain::AddedMember>(context, result);
    if (added == nullptr) co_return;
    context.response.status = added->is_new ? 201 : 200;
    wire::append_member(context.response.body, added->member);
}

Awaitable<void> list_members(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto found =
        co_await context.services.store.read(domain::read_members, *id, context.organizer());
    if (const auto* members = found_or_fail(context, found, "event"))
        reply_list(context, *members, wire::append_member);
}

Awaitable<void> remove_member(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto sub = sub_or_fail(context);
    if (!sub) co_return;
    domain::RemoveMember command{
        .event = *id,
        .by = context.organizer(),
        .sub = *std::move(sub),
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (entity_or_fail<std::monostate>(context, result) != nullptr) context.response.status = 204;
}

}  // namespace frontrow::http::handlers
