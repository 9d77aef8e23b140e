#include "http/body_cache.h"
#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "http/negotiation.h"
#include "http/query.h"
#include "io/workers.h"
#include "wire/entity_json.h"
#include "wire/requests.h"
#include "wire/seat_csv.h"
#include "wire/seat_map_json.h"
#include "wire/small_json.h"

#include <limits>
#include <string>
#include <vector>

namespace frontrow::http::handlers {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kSeatsLimitMax = 10'000'000;
constexpr std::size_t kBodyOnOwnerMax = 64 << 10;

domain::AddSeats command_for(Context& context, EventId event, std::vector<domain::SeatSpec> seats) {
    auto block = std::make_shared<domain::SeatBlock>();
    block->first_id = context.services.ids.next<SeatId>();
    block->seats = std::move(seats);
    return {.event = event, .by = context.organizer(), .block = std::move(block)};
}

Result<wire::SeatTable, wire::ParseError> parse_bulk(std::string_view body, bool is_csv) {
    if (is_csv) return wire::parse_seat_csv(body);
    auto seats = wire::parse_bulk_seats_request(body);
    if (!seats) return std::unexpected(std::move(seats.error()));
    return wire::SeatTable{.seats = std::move(*seats), .lines = {}};
}

/// Appends to the body with `render(out)`, here or on a worker.
template <class Render>
Awaitable<void> render_body(Context& context, std::size_t seats, Render render) {
    if (seats <= kSeatsOnOwnerMax) {
        render(context.response.body);
        co_return;
    }
    auto work = [&] {
        std::string out;
        render(out);
        return out;
    };
    context.response.body = co_await context.services.workers.run(work);
}

std::size_t count_seats(const domain::SeatList& list) {
    std::size_t seats = 0;
    for (const auto& run : list.runs)
        seats += run.statuses.size();
    return seats;
}

/// Names a list that a crowd asks for again and again while a sale opens: its first seats, as they
/// stand in one version.
std::string name_of(const domain::SeatList& list, bool only_available, const store::Page& page) {
    return list.event.to_string() + wire::status_version(list.version) +
           (only_available ? "free " : "all ") + std::to_string(page.limit) + " " +
           std::to_string(page.offset);
}

/// Whether `available=true` is asked; nothing, and answered, where that says something else.
std::optional<bool> only_available_or_fail(Context& context) {
    const auto available = query_parameter(context.request.query, "available");
    if (!available || *available == "false") return false;
    if (*available == "true") return true;
    context.fail(invalid_field("available", "must be true or false"));
    return std::nullopt;
}

/// Takes the last one off, and returns the one before it.
SeatId drop_last(domain::SeatList& list) {
    list.runs.back().statuses.pop_back();
    if (list.runs.back().statuses.empty()) list.runs.pop_back();
    const auto& run = list.runs.back();
    return run.block->first_id.plus(run.first + run.statuses.size() - 1);
}

}  // namespace

Awaitable<void> create_seat(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto seat = wire::parse_seat_request(context.request.body);
    if (context.value_or_fail(seat) == nullptr) co_return;
    std::vector<domain::SeatSpec> seats;
    seats.push_back(std::move(*seat));
    auto result = co_await context.services.store.execute(
        command_for(context, *event, std::move(seats)), context.trace
    );
    const auto* block = entity_or_fail<std::shared_ptr<const domain::SeatBlock>>(context, result);
    if (block == nullptr) co_return;
    context.response.status = 201;
    context.response.add_location("/api/v1/seats/", (*block)->first_id.bits());
    wire::append_seat(context.response.body, {.event = *event, .block = *block});
}

Awaitable<void> create_seats(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    const bool is_table = is_csv(context.request.header(Header::content_type));
    auto parse = [&] { return parse_bulk(context.request.body, is_table); };
    const bool is_short = context.request.body.size() <= kBodyOnOwnerMax;
    auto table = is_short ? parse() : co_await context.services.workers.run(parse);
    if (!table) {
        context.fail(is_table ? problem_in_table(table.error()) : problem_of(table.error()));
        co_return;
    }
    auto command = command_for(context, *event, std::move(table->seats));
    const auto wanted = command.block;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (is_table && result && !*result) {
        context.fail(problem_in_table(result->error(), wanted->seats, table->lines));
        co_return;
    }
    const auto* block = entity_or_fail<std::shared_ptr<const domain::SeatBlock>>(context, result);
    if (block == nullptr) co_return;
    co_await render_body(context, (*block)->seats.size(), [&](std::string& out) {
        wire::append_new_seats(out, *event, **block);
    });
    context.response.status = 201;
}

Awaitable<void> list_seats(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    const auto only_available = only_available_or_fail(context);
    if (!only_available) co_return;
    const auto name = "seats of " + event->to_string();
    const ListBounds bounds{.list = name, .limit_max = kSeatsLimitMax, .limit = kAll};
    const auto page = page_or_fail(context, bounds);
    if (!page) co_return;
    auto found =
        co_await context.services.store.list_seats(*event, *only_available, one_more(*page));
    auto* list = found_or_fail(context, found, "event");
    if (list == nullptr) co_return;
    if (count_seats(*list) > page->limit) {
        const domain::Place last{.id = drop_last(*list).bits()};
        const auto path = "/api/v1/events/" + event->to_string() + "/seats";
        link_next(context, bounds, *page, last, path, *only_available ? "&available=true" : "");
    }
    const auto seats = count_seats(*list);
    const auto render = [&](std::string& out) { wire::append_seats(out, *list); };
    if (seats > kSeatsOnOwnerMax || page->after) {
        co_await render_body(context, seats, render);
        co_return;
    }
    auto& bodies = context.services.bodies;
    context.response.body = *bodies.find_or_make(name_of(*list, *only_available, *page), [&] {
        std::string body;
        render(body);
        return body;
    });
}

Awaitable<void> get_seat(Context& context) {
    const auto id = context.path_id<SeatId>();
    if (!id) co_return;
    auto found = co_await context.services.store.find_seat(*id);
    if (const auto* seat = found_or_fail(context, found, "seat"))
        wire::append_seat(context.response.body, *seat);
}

Awaitable<void> count_available_seats(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto found = co_await context.services.store.count_seats(*event);
    if (const auto* counts = found_or_fail(context, found, "event"))
        context.response.body = wire::count_json(counts->available());
}

Awaitable<void> get_availability(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto found = co_await context.services.store.count_seats(*event);
    if (const auto* counts = found_or_fail(context, found, "event"))
        context.response.body = wire::availability_json(*counts);
}

}  // namespace frontrow::http::handlers
