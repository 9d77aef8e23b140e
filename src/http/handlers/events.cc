#include "http/handlers/devices.h"
#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "payments/runner.h"
#include "wire/entity_json.h"
#include "wire/requests.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::http::handlers {
namespace {

/// The text between the quotes of an event's ETag: "v3-open". The version covers everything but the
/// state of the sale, which also changes with time.
std::string tag_of(std::uint32_t version, domain::SaleState state) {
    return "v" + std::to_string(version) + "-" + std::string{name_of(state)};
}

/// The version in an event's tag, for any state of its sale. Nothing if the tag isn't one that we
/// write.
std::optional<std::uint32_t> version_in(std::string_view tag) {
    std::uint32_t version = 0;
    if (!tag.starts_with('v')) return std::nullopt;
    std::from_chars(tag.data() + 1, tag.data() + tag.size(), version);
    const bool is_ours =
        std::ranges::any_of(choices(domain::SaleState{}), [&](domain::SaleState state) {
            return tag == tag_of(version, state);
        });
    return is_ours ? std::optional{version} : std::nullopt;
}

/// The versions that If-Match lists. The sale state in a tag is ignored, because a client can't
/// overwrite that a sale has opened or closed.
domain::MeantVersions if_version(const Request& request) {
    return meant_by(request, version_in);
}

void reply_event(Context& context, const domain::Event& event, unsigned status) {
    context.response.status = status;
    if (status == 201) context.add_location("/api/v1/events/", event.id.bits());
    // A new event is rendered as of its creation, so that a replayed answer is byte for byte the
    // same.
    const auto at = status == 201 ? event.created_at : context.services.store.now();
    if (!tag_answer(context, tag_of(event.version, sale_state(event, at))))
        wire::append_event(context.response.body, event, at);
}

/// The currency of an old event, if ISO 4217 doesn't list it today.
Awaitable<std::optional<Currency>> unlisted_currency(Context& context, EventId id) {
    const auto found = co_await context.services.store.read(domain::read_event, id);
    if (!found || !*found || (*found)->spec.currency.exponent()) co_return std::nullopt;
    co_return (*found)->spec.currency;
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
    auto events = co_await context.services.store.read(domain::read_events, one_more(*page));
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
    auto found = co_await context.services.store.read(domain::read_event, *id);
    const auto* event = found_or_fail(context, found, "event");
    if (event == nullptr) co_return;
    context.response.cache_control = "no-cache";
    reply_event(context, *event, 200);
}

Awaitable<void> update_event(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    const auto& body = context.request.body;
    auto spec = wire::parse_event_request(body, context.services.hold);
    if (!spec) {
        // An old event may keep a currency that no other event may get.
        if (const auto kept = co_await unlisted_currency(context, *id))
            spec = wire::parse_event_request(body, context.services.hold, kept);
    }
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

Awaitable<void> cancel_event(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    domain::CancelEvent command{.event = *id, .by = context.organizer()};
    if (!mark_or_fail(context, command.request, [] { return std::string{}; })) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* event = entity_or_fail<domain::Event>(context, result);
    if (event == nullptr) co_return;
    // The refunds begin now, and go on after the answer.
    context.services.payments.runner.nudge();
    reply_event(context, *event, 202);
}

Awaitable<void> delete_event(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    domain::DeleteEvent command{
        .event = *id, .by = context.organizer(), .if_version = if_version(context.request)
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (entity_or_fail<std::monostate>(context, result) == nullptr) co_return;
    context.response.status = 204;
    co_await remove_devices(context, *id);
}

}  // namespace frontrow::http::handlers
