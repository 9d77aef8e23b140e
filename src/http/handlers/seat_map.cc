#include "http/body_cache.h"
#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "http/query.h"
#include "io/gzip.h"
#include "io/workers.h"
#include "wire/seat_map_json.h"

#include <string>

namespace frontrow::http::handlers {
namespace {

constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
/// So many letters are rendered and compressed in 0.05 ms. A worker has to be woken and to tell
/// that it is done, and who comes meanwhile has to ask it, too.
constexpr std::size_t kLettersOnOwnerMax = 20'000;

/// Answers with what `render()` gives of this version, made once for all who ask; on a worker where
/// it has more than `seats_on_owner`.
template <class Render>
Awaitable<void> reply_version(
    Context& context,
    const domain::SeatMap& map,
    const std::string& version,
    std::size_t seats_on_owner,
    Render render
) {
    const auto form = choose_form(context, version);
    if (form.is_known) co_return;
    auto make = [&] {
        auto body = render();
        return form.gzip ? io::gzip(body) : body;
    };
    auto& bodies = context.services.bodies;
    const auto name = map.event.to_string() + form.etag;
    auto body = bodies.find(name);
    // The worker looks again: of a crowd that asks for a new version, only the first has it made.
    auto find_or_make = [&] { return bodies.find_or_make(name, make); };
    if (body == nullptr && map.statuses.size() <= seats_on_owner) {
        body = find_or_make();
    } else if (body == nullptr) {
        body = co_await context.services.workers.run(find_or_make);
    }
    context.response.body = *body;
}

Awaitable<void> reply_status(Context& context, const domain::SeatMap& map) {
    context.response.cache_control = "no-cache";
    co_await reply_version(
        context,
        map,
        wire::status_version(map.version),
        kLettersOnOwnerMax,
        [&] {
            const auto layout_path = "/api/v1/events/" + map.event.to_string() +
                                     "/seatmap?layout=" + map.layout().to_string();
            return wire::status_json(map, layout_path);
        }
    );
}

Awaitable<void> reply_layout(Context& context, const domain::SeatMap& map, SeatId layout) {
    if (!map.has_layout(layout)) {
        context.fail(not_found("There is no such layout."));
        co_return;
    }
    context.response.cache_control = kForEver;
    co_await reply_version(context, map, layout.to_string(), kSeatsOnOwnerMax, [&] {
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
