#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "http/query.h"
#include "io/gzip.h"
#include "wire/seat_map_json.h"
#include "wire/section_json.h"

#include <memory>
#include <string>

namespace frontrow::http::handlers {
namespace {

constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
/// The most letters (one per seat) that the owner's thread renders. To render and compress so many
/// takes 0.05 ms. A worker costs more: it must be woken and must report back, and further requests
/// for the same statuses wait until it has.
constexpr std::size_t kLettersOnOwnerMax = 20'000;

/// The most sections that the owner's thread renders.
constexpr std::size_t kSectionsOnOwnerMax = 200;

/// What it costs to render one version of an answer.
struct Cost {
    /// It can be rendered on the owner's thread.
    bool is_small;
    /// Approximate.
    std::size_t bytes;
};

/// Answers with what `render()` returns for this version. Each version is rendered once for all
/// clients. `name`: the name of the answer, which all its versions share.
template <class Render>
Awaitable<void> reply_version(
    Context& context,
    std::string name,
    const std::string& version,
    Cost cost,
    Render render
) {
    const auto form = choose_form(context, version);
    if (form.is_known) co_return;
    const auto make = [&] {
        auto text = render();
        return SharedBody{.text = form.gzip ? io::gzip(text) : std::move(text)};
    };
    auto& bodies = context.services.bodies;
    name += form.tag;
    auto body = bodies.find(name);
    if (body == nullptr)
        body = co_await bodies.make(std::move(name), cost.is_small, cost.bytes, make);
    reply_shared(context, body);
}

Awaitable<void> reply_status(Context& context, const domain::SeatMap& map) {
    context.response.cache_control = "no-cache";
    co_await reply_version(
        context,
        map.event.to_string(),
        wire::status_version(map.version),
        {.is_small = map.statuses.size() <= kLettersOnOwnerMax, .bytes = wire::status_bytes(map)},
        [&] {
            const auto layout_path = "/api/v1/events/" + map.event.to_string() +
                                     "/seatmap?layout=" + map.layout().to_string();
            return wire::status_json(map, context.services.base_path.put_before(layout_path));
        }
    );
}

Awaitable<void> reply_layout(Context& context, const domain::SeatMap& map, SeatId layout) {
    if (!map.has_layout(layout)) {
        context.fail(not_found("There is no such layout."));
        co_return;
    }
    context.response.cache_control = kForEver;
    const Cost cost{
        .is_small = map.statuses.size() <= kSeatsOnOwnerMax, .bytes = wire::layout_bytes(map)
    };
    co_await reply_version(context, map.event.to_string(), layout.to_string(), cost, [&] {
        return wire::layout_json(map, layout);
    });
}

/// The sections of this map's layout. Every seat must be read to find them, so they are kept like a
/// body, until seats are added. If there is no room, answers with an error and returns null.
Awaitable<std::shared_ptr<const domain::SectionPlan>>
plan_or_fail(Context& context, const domain::SeatMap& map) {
    const auto make = [&map] {
        auto plan = domain::plan_sections(*map.blocks);
        return SharedBody{
            .text = {}, .sections = std::make_shared<const domain::SectionPlan>(std::move(plan))
        };
    };
    auto& bodies = context.services.bodies;
    auto name = map.event.to_string() + map.layout().to_string() + "plan of sections";
    auto body = bodies.find(name);
    if (body == nullptr) {
        const auto seats = map.statuses.size();
        const bool is_small = seats <= kSeatsOnOwnerMax;
        body = co_await bodies.make(std::move(name), is_small, seats * sizeof(domain::Point), make);
    }
    if (body == nullptr) reply_shared(context, body);
    co_return body == nullptr ? nullptr : body->sections;
}

}  // namespace

Awaitable<void> list_sections(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto& store = context.services.store;
    auto map = co_await store.seat_map(*event);
    if (found_or_fail(context, map, "event") == nullptr) co_return;
    auto plan = co_await plan_or_fail(context, ***map);
    if (plan == nullptr) co_return;
    auto found = co_await store.read(domain::read_sections, *event, std::move(plan));
    const auto* list = found_or_fail(context, found, "event");
    if (list == nullptr) co_return;
    context.response.cache_control = "no-cache";
    const Cost cost{
        .is_small = list->views.size() <= kSectionsOnOwnerMax, .bytes = wire::sections_bytes(*list)
    };
    const auto version = wire::status_version(list->version);
    co_await reply_version(context, event->to_string() + "sections", version, cost, [list] {
        return wire::sections_json(*list);
    });
}

Awaitable<void> get_seat_map(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    std::optional<SeatId> layout;
    if (const auto text = query_parameter(context.request.query, "layout")) {
        layout = SeatId::parse(*text);
        if (!layout) {
            context.fail(invalid_field("layout", "must be a UUID"));
            co_return;
        }
    }
    auto found = co_await context.services.store.seat_map(*event);
    const auto* map = found_or_fail(context, found, "event");
    if (map == nullptr) co_return;
    if (layout) {
        co_await reply_layout(context, **map, *layout);
    } else {
        co_await reply_status(context, **map);
    }
}

}  // namespace frontrow::http::handlers
