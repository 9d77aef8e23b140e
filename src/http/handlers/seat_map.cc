#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "http/query.h"
#include "io/gzip.h"
#include "wire/seat_map_json.h"

#include <string>

namespace frontrow::http::handlers {
namespace {

constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
/// The most letters (one per seat) that the owner's thread renders. To render and compress so many
/// takes 0.05 ms. A worker costs more: it must be woken and must report back, and further requests
/// for the same statuses wait until it has.
constexpr std::size_t kLettersOnOwnerMax = 20'000;

/// What it costs to render one version of one part of a seat map.
struct Cost {
    std::size_t seats_on_owner;
    /// Approximate.
    std::size_t bytes;
};

/// Answers with what `render()` returns for this version. Each version is rendered once for all
/// clients, on a worker if the map has more than `cost.seats_on_owner` seats.
template <class Render>
Awaitable<void> reply_version(
    Context& context,
    const domain::SeatMap& map,
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
    const auto name = map.event.to_string() + form.tag;
    auto body = bodies.find(name);
    if (body == nullptr && map.statuses.size() <= cost.seats_on_owner) {
        body = bodies.make_here(name, cost.bytes, make);
    } else if (body == nullptr) {
        body = co_await bodies.make_on_worker(name, cost.bytes, make);
    }
    reply_shared(context, body);
}

Awaitable<void> reply_status(Context& context, const domain::SeatMap& map) {
    context.response.cache_control = "no-cache";
    co_await reply_version(
        context,
        map,
        wire::status_version(map.version),
        {.seats_on_owner = kLettersOnOwnerMax, .bytes = wire::status_bytes(map)},
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
    const Cost cost{.seats_on_owner = kSeatsOnOwnerMax, .bytes = wire::layout_bytes(map)};
    co_await reply_version(context, map, layout.to_string(), cost, [&] {
        return wire::layout_json(map, layout);
    });
}

}  // namespace

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
