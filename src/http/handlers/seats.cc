#include "domain/seat_list.h"
#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "http/handlers/seat_list_form.h"
#include "http/limits.h"
#include "http/negotiation.h"
#include "http/query.h"
#include "io/workers.h"
#include "wire/entity_json.h"
#include "wire/held_back.h"
#include "wire/requests.h"
#include "wire/seat_csv.h"
#include "wire/seat_map_json.h"
#include "wire/small_json.h"

#include <algorithm>
#include <string>
#include <vector>

namespace frontrow::http::handlers {
namespace {

using Block = std::shared_ptr<const domain::SeatBlock>;

domain::AddSeats command_for(
    Context& context,
    EventId event,
    std::vector<domain::SeatSpec> seats,
    std::vector<domain::HeldBackSeats> held_back = {}
) {
    auto block = std::make_shared<domain::SeatBlock>();
    block->first_id = context.services.ids.next<SeatId>();
    block->seats = std::move(seats);
    return {
        .event = event,
        .by = context.organizer(),
        .block = std::move(block),
        .held_back = std::move(held_back)
    };
}

/// The content of a bulk request.
struct Bulk {
    /// It has no lines if the body was JSON.
    wire::SeatTable table;
    bool dry_run = false;
};

Result<Bulk, wire::ParseError> parse_bulk(std::string_view body, bool is_csv, bool dry_run) {
    if (is_csv) {
        auto table = wire::parse_seat_csv(body);
        if (!table) return std::unexpected(std::move(table.error()));
        return Bulk{.table = std::move(*table), .dry_run = dry_run};
    }
    auto request = wire::parse_bulk_seats_request(body);
    if (!request) return std::unexpected(std::move(request.error()));
    return Bulk{
        .table =
            {.seats = std::move(request->seats),
             .lines = {},
             .held_back = std::move(request->held_back)},
        .dry_run = dry_run || request->dry_run
    };
}

/// Reserves memory for the answer about new seats before they are added, because afterwards the
/// request can't be refused. If there is no room, answers with an error and returns false.
bool has_room_or_fail(Context& context, std::size_t seats) {
    return seats <= kSeatsOnOwnerMax || take_room_or_fail(context, seats * wire::kSeatBytes);
}

/// The block that was added, or would be. If the command was refused or failed, answers with the
/// error and returns null.
const Block* block_or_fail(
    Context& context,
    OutcomeResult& result,
    const domain::SeatBlock& wanted,
    const std::vector<std::size_t>& lines
) {
    if (lines.empty() || !result || *result) return entity_or_fail<Block>(context, result);
    context.fail(problem_in_table(result->error(), wanted.seats, lines));
    return nullptr;
}

/// Answers with the seats that would be added, or with why they can't be. Stores nothing, so an
/// idempotency key has no effect.
Awaitable<void> check_many(Context& context, EventId event, wire::SeatTable table) {
    if (!has_room_or_fail(context, table.seats.size())) co_return;
    const auto wanted = std::make_shared<const domain::SeatBlock>(SeatId{}, std::move(table.seats));
    domain::CheckSeats command{
        .event = event, .by = context.organizer(), .block = wanted, .held_back = table.held_back
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (block_or_fail(context, result, *wanted, table.lines) == nullptr) co_return;
    auto render = [&](std::string& out) {
        wire::append_checked_seats(out, wanted->seats, table.held_back);
    };
    co_await render_body(context, wanted->seats.size(), render);
}

/// Adds all seats or none.
Awaitable<void> add_many(Context& context, EventId event, wire::SeatTable table, bool is_short) {
    std::string content;
    if (!context.request.header(Header::idempotency_key).empty()) {
        auto digest = [&] {
            return digest_of_content(
                wire::canonical(table.seats) + wire::canonical(table.held_back)
            );
        };
        content = is_short ? digest() : co_await context.services.workers.run(digest);
    }
    if (!has_room_or_fail(context, table.seats.size())) co_return;
    auto command = command_for(context, event, std::move(table.seats), table.held_back);
    if (!mark_or_fail(context, command.request, [&] { return content; })) co_return;
    const auto wanted = command.block;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* block = block_or_fail(context, result, *wanted, table.lines);
    if (block == nullptr) co_return;
    context.response.status = 201;
    auto render = [&](std::string& out) {
        wire::append_new_seats(out, event, **block, table.held_back);
    };
    co_await render_body(context, (*block)->seats.size(), render);
}

constexpr SeatListForm kOwnForm{
    .name = "",
    .events = "/api/v1/events/",
    .append = wire::append_seats
};

/// The list of seats that a request asks for.
struct Wanted {
    const SeatListForm& form;
    EventId event;
    bool only_available = false;
    store::Page page;
};

/// The name under which one version of a list is shared: many clients request the same list again
/// and again while a sale opens.
std::string name_of(const Wanted& wanted, const domain::SeatMapVersion& version) {
    const auto& page = wanted.page;
    auto name = std::string{wanted.form.name} + wanted.event.to_string() +
                wire::status_version(version) + (wanted.only_available ? "free " : "all ") +
                std::to_string(page.limit) + " " + std::to_string(page.offset);
    if (page.after) append_hex128(name, page.after->id);
    return name;
}

/// Whether a parameter of the query is `true`. If its value is neither true nor false, answers with
/// an error and returns nothing.
std::optional<bool> flag_or_fail(Context& context, std::string_view name) {
    const auto value = query_parameter(context.request.query, name);
    if (!value || *value == "false") return false;
    if (*value == "true") return true;
    context.fail(invalid_field(std::string{name}, "must be true or false"));
    return std::nullopt;
}

/// Removes the last seat, and returns the one before it.
SeatId drop_last(domain::SeatList& list) {
    list.runs.back().statuses.pop_back();
    if (list.runs.back().statuses.empty()) list.runs.pop_back();
    const auto& run = list.runs.back();
    return run.block->first_id.plus(run.first + run.statuses.size() - 1);
}

/// Renders a list. If it has one seat more than the page, leaves out the last one and sets
/// SharedBody::last, because the list continues on another page. Any thread.
SharedBody render(domain::SeatList& list, const Wanted& wanted) {
    SharedBody body;
    if (domain::count_seats(list) > wanted.page.limit) body.last = {.id = drop_last(list).bits()};
    wanted.form.append(body.text, list);
    return body;
}

void reply_list_of(
    Context& context,
    const Wanted& wanted,
    const ListBounds& bounds,
    const SharedBodies::Body& body
) {
    reply_shared(context, body);
    if (body == nullptr || !body->last) return;
    const auto path = std::string{wanted.form.events} + wanted.event.to_string() + "/seats";
    const auto* more = wanted.only_available ? "&available=true" : "";
    link_next(context, bounds, wanted.page, *body->last, path, more);
}

/// Finds and renders a few seats on the owner's thread.
Awaitable<void> reply_few(Context& context, const Wanted& wanted, const ListBounds& bounds) {
    const auto& page = wanted.page;
    auto& bodies = context.services.bodies;
    auto& store = context.services.store;
    auto found = co_await store.list_seats(wanted.event, wanted.only_available, one_more(page));
    auto* list = found_or_fail(context, found, "event");
    if (list == nullptr) co_return;
    const auto name = name_of(wanted, list->version);
    auto body = bodies.find(name);
    if (body == nullptr) {
        const auto bytes = page.limit * wire::kSeatBytes;
        body = bodies.make_here(name, bytes, [&] { return render(*list, wanted); });
    }
    reply_list_of(context, wanted, bounds, body);
}

/// The most seats that the list can have.
std::size_t count_wanted(const domain::SeatMap& map, const Wanted& wanted) {
    const auto seats = wanted.only_available
                           ? std::ranges::count(map.statuses, domain::SeatStatus::available)
                           : std::ssize(map.statuses);
    return std::min(static_cast<std::size_t>(seats), wanted.page.limit);
}

/// Takes many seats from the event's map, which all requests share. Renders them on a worker if the
/// hall is large, because the owner's thread must stay free to serve buyers.
Awaitable<void> reply_many(Context& context, const Wanted& wanted, const ListBounds& bounds) {
    auto found = co_await context.services.store.seat_map(wanted.event);
    const auto* map = found_or_fail(context, found, "event");
    if (map == nullptr) co_return;
    const auto make = [&wanted, &seats = **map] {
        auto list = domain::list_seats(seats, wanted.only_available, one_more(wanted.page));
        return render(list, wanted);
    };
    auto& bodies = context.services.bodies;
    const auto name = name_of(wanted, (*map)->version);
    auto body = bodies.find(name);
    if (body == nullptr) {
        // The hall's size decides, because even for a few seats the whole hall may have to be
        // searched.
        const auto bytes = count_wanted(**map, wanted) * wire::kSeatBytes;
        const bool is_small = (*map)->statuses.size() <= kSeatsOnOwnerMax;
        body = co_await bodies.make(name, is_small, bytes, make);
    }
    reply_list_of(context, wanted, bounds, body);
}

}  // namespace

Awaitable<void> create_seat(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto seat = wire::parse_seat_request(context.request.body);
    if (context.value_or_fail(seat) == nullptr) co_return;
    std::vector<domain::SeatSpec> seats;
    seats.push_back(std::move(*seat));
    auto command = command_for(context, *event, std::move(seats));
    const auto content = [&] { return digest_of_content(wire::canonical(command.block->seats)); };
    if (!mark_or_fail(context, command.request, content)) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* block = entity_or_fail<Block>(context, result);
    if (block == nullptr) co_return;
    context.response.status = 201;
    context.add_location("/api/v1/seats/", (*block)->first_id.bits());
    wire::append_seat(context.response.body, {.event = *event, .block = *block});
}

Awaitable<void> create_seats(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    const auto dry_run = flag_or_fail(context, "dry_run");
    if (!dry_run) co_return;
    const bool is_table = is_csv(context.request.header(Header::content_type));
    auto parse = [&] { return parse_bulk(context.request.body, is_table, *dry_run); };
    const bool is_short = context.request.body.size() <= kBodyOnOwnerMax;
    auto bulk = is_short ? parse() : co_await context.services.workers.run(parse);
    if (!bulk) {
        context.fail(is_table ? problem_in_table(bulk.error()) : problem_of(bulk.error()));
    } else if (bulk->dry_run) {
        co_await check_many(context, *event, std::move(bulk->table));
    } else {
        co_await add_many(context, *event, std::move(bulk->table), is_short);
    }
}

Awaitable<void> list_seats_as(Context& context, const SeatListForm& form) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    const auto only_available = flag_or_fail(context, "available");
    if (!only_available) co_return;
    const auto name = "seats of " + event->to_string();
    const ListBounds bounds{
        .list = name, .limit_max = kSeatsAnsweredMax, .limit = kSeatsAnsweredMax
    };
    const auto page = page_or_fail(context, bounds);
    if (!page) co_return;
    const Wanted wanted{
        .form = form, .event = *event, .only_available = *only_available, .page = *page
    };
    if (page->limit + page->offset <= kSeatsOnOwnerMax) {
        co_await reply_few(context, wanted, bounds);
    } else {
        co_await reply_many(context, wanted, bounds);
    }
}

Awaitable<void> list_seats(Context& context) {
    return list_seats_as(context, kOwnForm);
}

Awaitable<void> get_seat(Context& context) {
    const auto id = context.path_id<SeatId>();
    if (!id) co_return;
    auto found = co_await context.services.store.read(domain::read_seat, *id);
    if (const auto* seat = found_or_fail(context, found, "seat"))
        wire::append_seat(context.response.body, *seat);
}

Awaitable<void> count_available_seats(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto found = co_await context.services.store.read(domain::read_counts, *event);
    if (const auto* counts = found_or_fail(context, found, "event"))
        context.response.body = wire::count_json(counts->available());
}

Awaitable<void> get_availability(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto found = co_await context.services.store.read(domain::read_availability, *event);
    if (const auto* all = found_or_fail(context, found, "event"))
        context.response.body = wire::availability_json(all->seats, all->categories);
}

}  // namespace frontrow::http::handlers
