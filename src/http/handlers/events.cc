#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "wire/entity_json.h"
#include "wire/requests.h"

#include <charconv>
#include <optional>

namespace frontrow::http::handlers {
namespace {

/// The ETag of an event is its version: "v3".
std::string etag_of(const domain::Event& event) {
    return "\"v" + std::to_string(event.version) + "\"";
}

/// The version that If-Match asks for: none where it isn't given or is `*`, and one that no event
/// has where it's anything but an ETag of ours, because then it surely doesn't match.
std::optional<std::uint32_t> if_version(const Request& request) {
    const auto tag = request.header(Header::if_match);
    if (tag.empty() || tag == "*") return std::nullopt;
    std::uint32_t version = 0;
    if (tag.size() < 4 || !tag.starts_with("\"v") || !tag.ends_with('"')) return 0;
    const auto* last = tag.data() + tag.size() - 1;
    const auto [end, error] = std::from_chars(tag.data() + 2, last, version);
    return error == std::errc{} && end == last ? version : 0;
}

void reply_event(Context& context, const domain::Event& event, unsigned status) {
    context.response.status = status;
    context.response.add_header("ETag", etag_of(event));
    if (status == 201) context.response.add_location("/api/v1/events/", event.id.bits());
    // One that was made is told as of its making, so that a replay is the same to the letter.
    const auto at = status == 201 ? event.created_at : context.services.store.now();
    wire::append_event(context.response.body, event, at);
}

}  // namespace

Awaitable<void> create_event(Context& context) {
    auto spec = wire::parse_event_request(context.request.body, context.services.hold);
    if (context.value_or_fail(spec) == nullptr) co_return;
    domain::CreateEvent command{
        .event = context.services.ids.next<EventId>(),
        .by = context.organizer(),
        .spec = std::move(*spec),
    };
    const auto content = [&] { return wire::canonical(command.spec); };
    if (!mark_or_fail(context, command.request, content)) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (const auto* event = entity_or_fail<domain::Event>(context, result))
        reply_event(context, *event, 201);
}

Awaitable<void> list_events(Context& context) {
    constexpr ListBounds kBounds{.list = "events"};
    const auto page = page_or_fail(context, kBounds);
    if (!page) co_return;
    auto events = co_await context.services.store.list_events(one_more(*page));
    if (context.value_or_fail(events) == nullptr) co_return;
    if (events->size() > page->limit) {
        events->pop_back();
        const auto& last = events->back();
        const domain::Place place{.id = last.id.bits(), .start_at = last.spec.start_at};
        link_next(context, kBounds, *page, place, "/api/v1/events");
    }
    reply_list(
        context,
        *events,
        [now = context.services.store.now()](std::string& out, const domain::Event& event) {
            wire::append_event(out, event, now);
        }
    );
}

Awaitable<void> get_event(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto found = co_await context.services.store.find_event(*id);
    if (const auto* event = found_or_fail(context, found, "event"))
        reply_event(context, *event, 200);
}

Awaitable<void> update_event(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto spec = wire::parse_event_request(context.request.body, context.services.hold);
    if (context.value_or_fail(spec) == nullptr) co_return;
    domain::UpdateEvent command{
        .event = *id,
        .by = context.organizer(),
        .spec = std::move(*spec),
        .if_version = if_version(context.request),
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (const auto* event = entity_or_fail<domain::Event>(context, result))
        reply_event(context, *event, 200);
}

Awaitable<void> change_sale(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto action = wire::parse_request<domain::SaleAction>(context.request.body);
    if (context.value_or_fail(action) == nullptr) co_return;
    domain::ChangeSale command{
        .event = *id,
        .by = context.organizer(),
        .action = *action,
        .if_version = if_version(context.request),
    };
    const auto content = [&] { return wire::canonical(*action); };
    if (!mark_or_fail(context, command.request, content)) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (const auto* event = entity_or_fail<domain::Event>(context, result))
        reply_event(context, *event, 200);
}

Awaitable<void> delete_event(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    domain::DeleteEvent command{
        .event = *id, .by = context.organizer(), .if_version = if_version(context.request)
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (entity_or_fail<std::monostate>(context, result) != nullptr) context.response.status = 204;
}

}  // namespace frontrow::http::handlers
