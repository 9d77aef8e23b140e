#include "wire/stock_dialect.h"

#include "http/handlers/dialects/dialects.h"
#include "http/handlers/hold_verdict.h"
#include "http/handlers/replies.h"
#include "wire/requests.h"

#include <optional>
#include <string>
#include <utility>

// A client of this dialect holds units of one category, and says itself whether they were paid for.

namespace frontrow::http::handlers {
namespace {

using domain::Reservation;
using store::Awaitable;

/// This dialect's clients expect 429 of a server that is full.
constexpr unsigned kFull = 429;

void write_stock_error(Response& response, Problem problem, TraceId trace) {
    if (problem.code == "OVERLOADED") problem.status = kFull;
    start_problem(response, problem);
    response.content_type = kJson;
    wire::append_stock_dialect_error(response.body, problem, trace);
}

Awaitable<void> create_stock_event(Context& context) {
    auto spec = wire::parse_stock_event_request(context.request.body, context.services.hold);
    if (context.value_or_fail(spec) == nullptr) co_return;
    domain::CreateEvent command{
        .event = context.services.ids.next<EventId>(),
        .by = context.organizer(),
        .spec = *std::move(spec),
    };
    const auto content = [&] { return wire::canonical(command.spec); };
    if (!mark_or_fail(context, command.request, content)) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* event = entity_or_fail<domain::Event>(context, result);
    if (event == nullptr) co_return;
    context.response.status = 201;
    wire::append_stock_event(context.response.body, *event);
}

Awaitable<void> add_stock_category(Context& context) {
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
    wire::append_stock_category(context.response.body, *id, *added);
}

Awaitable<void> get_stock_left(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto found = co_await context.services.store.read(domain::read_categories, *id);
    const auto* categories = found_or_fail(context, found, "event");
    if (categories != nullptr) wire::append_stock_left(context.response.body, *categories);
}

/// The name of the category that the client means, whose names are in lower case. If the event has
/// no such category, answers with an error and returns nothing.
Awaitable<std::optional<std::string>>
category_or_fail(Context& context, EventId event, const std::string& name) {
    auto found = co_await context.services.store.read(domain::read_categories, event);
    const auto* categories = found_or_fail(context, found, "event");
    if (categories == nullptr) co_return std::nullopt;
    const auto* meant = wire::find_category(*categories, name);
    if (meant == nullptr) context.fail(not_found("The event has no category " + name + "."));
    co_return meant == nullptr ? std::nullopt : std::optional{meant->category.name};
}

Awaitable<void> reserve_stock(Context& context) {
    auto request = wire::parse_stock_reservation_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    context.subject.event = request->event;
    auto category = co_await category_or_fail(context, request->event, request->category);
    if (!category) co_return;
    domain::ReserveSeats command{
        .reservation = context.services.ids.next<ReservationId>(),
        .event = request->event,
        .user = context.principal.sub,
        .seats = {},
        .items = {{*std::move(category), request->quantity}},
        .hold = {},
        .request = {},
    };
    const auto content = wire::canonical(command.event, {}, {}, command.items);
    const auto mark = mark_if_keyed(context, command.reservation.bits(), content);
    if (!mark) co_return;
    command.request = *mark;
    if (asks_before_holds(context) && !co_await may_hold_or_fail(context, command)) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    count_reservation(context, result);
    const auto* reservation = entity_or_fail<Reservation>(context, result);
    if (reservation == nullptr) co_return;
    context.response.status = 201;
    wire::append_stock_reservation(context.response.body, *reservation);
}

Awaitable<void> confirm_stock(Context& context, ReservationId id) {
    domain::ConfirmReservation command{id, context.principal.sub};
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* reservation = entity_or_fail<Reservation>(context, result);
    if (reservation != nullptr) wire::append_booking(context.response.body, *reservation);
}

Awaitable<void> give_stock_back(Context& context, ReservationId id) {
    domain::CancelReservation command{id, context.principal.sub};
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (entity_or_fail<Reservation>(context, result) == nullptr) co_return;
    context.fail(
        {.status = 402,
         .code = "PAYMENT_DECLINED",
         .message = "The payment failed, so the reservation is cancelled and its stock free again."}
    );
}

Awaitable<void> settle_stock(Context& context) {
    auto request = wire::parse_stock_confirmation_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    if (request->payment_ok)
        co_await confirm_stock(context, request->reservation);
    else
        co_await give_stock_back(context, request->reservation);
}

using enum Access;
using enum Method;
using enum Owner;

constexpr Route in_stock_dialect(Route route) {
    route.write_problem = write_stock_error;
    return route;
}

constexpr Route kStockRoutes[] = {
    in_stock_dialect({post, "/events", organizer, nobody, BodyKind::json, create_stock_event}),
    in_stock_dialect(
        {post, "/events/{id}/ticket-category", organizer, event, BodyKind::json, add_stock_category}
    ),
    in_stock_dialect(
        {get, "/events/{id}/availability", anyone, nobody, BodyKind::none, get_stock_left}
    ),
    in_stock_dialect({post, "/reserve", user, caller, BodyKind::json, reserve_stock, Weight::hold}),
    in_stock_dialect({post, "/confirm", user, caller, BodyKind::json, settle_stock}),
};

}  // namespace
}  // namespace frontrow::http::handlers

namespace frontrow::http {

std::span<const Route> stock_dialect_routes() {
    return handlers::kStockRoutes;
}

}  // namespace frontrow::http
