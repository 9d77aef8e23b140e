#include "wire/seat_dialect.h"

#include "http/handlers/contacts.h"
#include "http/handlers/dialects/dialects.h"
#include "http/handlers/hold_verdict.h"
#include "http/handlers/paying.h"
#include "http/handlers/replies.h"
#include "http/handlers/seat_list_form.h"
#include "identity/request_mark.h"
#include "payments/providers.h"
#include "payments/simulator.h"
#include "wire/requests.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

// A client of this dialect holds one seat by a reservation, and names it by its event and its seat.

namespace frontrow::http::handlers {
namespace {

using domain::OrderView;
using domain::Reservation;
using store::Awaitable;

/// The token that the simulator accepts, for clients who send none.
constexpr std::string_view kSimulatorsToken = "tok_ok";

void write_error(Response& response, Problem problem, TraceId trace) {
    start_problem(response, problem);
    response.content_type = kJson;
    wire::append_seat_dialect_error(response.body, problem, trace);
}

/// A seat by which the client names a reservation.
struct SeatOfEvent {
    EventId event;
    SeatId seat;
};

/// The seat that the path names. If an id isn't valid, answers with an error and returns nothing.
std::optional<SeatOfEvent> path_seat_or_fail(Context& context) {
    const auto event = EventId::parse(context.path_parts[0]);
    const auto seat = SeatId::parse(context.path_parts[1]);
    if (event && seat) return SeatOfEvent{*event, *seat};
    context.fail(invalid_field(event ? "seatId" : "eventId", "must be a UUID"));
    return std::nullopt;
}

/// The caller's reservation that holds the seat or has confirmed it. If there is none, answers with
/// an error and returns nothing.
Awaitable<std::optional<Reservation>> own_reservation_or_fail(Context& context, SeatOfEvent of) {
    auto found = co_await context.services.store.read(
        domain::read_reservation_of_seat, of.event, of.seat, context.principal.sub
    );
    if (context.value_or_fail(found) == nullptr) co_return std::nullopt;
    if (!*found)
        context.fail(not_found("You have no reservation of this seat; its hold may have run out."));
    co_return std::move(*found);
}

void reply_held(Context& context, const Reservation& reservation, SeatId seat, unsigned status) {
    context.response.status = status;
    wire::append_held_seat(context.response.body, reservation, seat);
}

Awaitable<void> hold_seat(Context& context) {
    auto request = wire::parse_seat_hold_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    context.subject.event = request->event;
    domain::ReserveSeats command{
        .reservation = context.services.ids.next<ReservationId>(),
        .event = request->event,
        .user = context.principal.sub,
        .seats = {request->seat},
        .items = {},
        .hold = request->hold,
        .request = {},
    };
    const auto content = wire::canonical(command.event, command.seats, command.hold);
    const auto mark = mark_if_keyed(context, command.reservation.bits(), content);
    if (!mark) co_return;
    command.request = *mark;
    if (asks_before_holds(context) && !co_await may_hold_or_fail(context, command)) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    count_reservation(context, result);
    const auto* reservation = entity_or_fail<Reservation>(context, result);
    if (reservation != nullptr) reply_held(context, *reservation, request->seat, 201);
}

Awaitable<void> confirm_seat(Context& context) {
    const auto of = path_seat_or_fail(context);
    if (!of) co_return;
    const auto held = co_await own_reservation_or_fail(context, *of);
    if (!held) co_return;
    domain::ConfirmReservation command{held->id, context.principal.sub};
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* reservation = entity_or_fail<Reservation>(context, result);
    if (reservation != nullptr) reply_held(context, *reservation, of->seat, 200);
}

/// How long the event holds a reservation. If the event can't be read, answers with an error and
/// returns nothing.
Awaitable<std::optional<std::chrono::seconds>> hold_time_or_fail(Context& context, EventId id) {
    auto found = co_await context.services.store.read(domain::read_event, id);
    const auto* event = found_or_fail(context, found, "event");
    co_return event == nullptr ? std::nullopt : std::optional{event->spec.hold};
}

/// A client that doesn't say how much longer it wants the seat gets the event's hold time once
/// more.
Awaitable<void> extend_seat(Context& context) {
    const auto of = path_seat_or_fail(context);
    if (!of) co_return;
    auto request = wire::parse_seat_extension_request(context.request.body);
    auto* by = context.value_or_fail(request);
    if (by == nullptr) co_return;
    const auto held = co_await own_reservation_or_fail(context, *of);
    if (!held) co_return;
    if (!*by) *by = co_await hold_time_or_fail(context, of->event);
    if (!*by) co_return;
    domain::ExtendReservation command{held->id, context.principal.sub, **by};
    const auto content = [&] { return wire::canonical(wire::ExtensionRequest{**by}); };
    if (!mark_or_fail(context, command.request, content)) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* reservation = entity_or_fail<Reservation>(context, result);
    if (reservation != nullptr) reply_held(context, *reservation, of->seat, 200);
}

Awaitable<void> release_seat(Context& context) {
    const auto of = path_seat_or_fail(context);
    if (!of) co_return;
    const auto held = co_await own_reservation_or_fail(context, *of);
    if (!held) co_return;
    domain::CancelReservation command{held->id, context.principal.sub};
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (entity_or_fail<Reservation>(context, result) != nullptr) context.response.status = 204;
}

Awaitable<void> list_events_in_seat_dialect(Context& context) {
    constexpr ListBounds kBounds{.list = "events"};
    const auto page = page_or_fail(context, kBounds);
    if (!page) co_return;
    auto events = co_await context.services.store.read(domain::read_events, one_more(*page));
    if (context.value_or_fail(events) == nullptr) co_return;
    if (events->size() > page->limit) {
        events->pop_back();
        const auto& last = events->back();
        const domain::Place place{.id = last.id.bits(), .start_at = last.spec.start_at};
        link_next(context, kBounds, *page, place, "/api/events");
    }
    const auto now = context.services.store.now();
    reply_list(context, *events, [now](std::string& out, const domain::Event& event) {
        wire::append_event_in_seat_dialect(out, event, now);
    });
}

Awaitable<void> get_event_in_seat_dialect(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto found = co_await context.services.store.read(domain::read_event, *id);
    const auto* event = found_or_fail(context, found, "event");
    if (event == nullptr) co_return;
    const auto now = context.services.store.now();
    wire::append_event_in_seat_dialect(context.response.body, *event, now);
}

Awaitable<void> list_seats_in_seat_dialect(Context& context) {
    static constexpr SeatListForm kForm{
        .name = "seat dialect ",
        .events = "/api/events/",
        .append = wire::append_seats_in_seat_dialect,
    };
    return list_seats_as(context, kForm);
}

Awaitable<void> order_seat(Context& context) {
    auto request = wire::parse_seat_order_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    const auto mark = mark_with_contact(context, wire::canonical(*request));
    if (!mark) co_return;
    const SeatOfEvent of{request->event, request->seat};
    const auto held = co_await own_reservation_or_fail(context, of);
    if (!held) co_return;
    domain::PlaceOrder command{
        .order = context.services.ids.next<OrderId>(),
        .reservation = held->id,
        .user = context.principal.sub,
        .request = *mark,
    };
    const auto view = co_await place_or_fail(context, std::move(command), request->contact);
    if (view) wire::append_order_in_seat_dialect(context.response.body, *view);
}

void reply_authorized(Context& context, const OrderView& view, unsigned status) {
    context.response.status = status;
    wire::append_authorization(context.response.body, view);
}

/// The token to pay with. If the client sent none and the provider needs one, answers with an error
/// and returns nothing.
std::optional<std::string> token_or_fail(Context& context, std::string sent) {
    if (!sent.empty()) return sent;
    const auto& provider = context.services.payments.providers.chosen();
    // Without a provider an order is free or can't be paid, and no token matters.
    if (provider.empty() || provider == payments::Simulator::kName)
        return std::string{kSimulatorsToken};
    context.fail(invalid_field("token", "is required by the payment provider " + provider));
    return std::nullopt;
}

/// The mark of a payment. Without a key, the order and the token are the key: a client that sends
/// its request again pays once.
std::optional<domain::RequestMark>
mark_of_payment(Context& context, OrderId order, const std::string& token) {
    const auto content = order.to_string() + " " + token;
    if (!context.request.header(Header::idempotency_key).empty())
        return mark_with_key(context, content);
    return identity::mark_request(
        context.services.sha, context.principal.sub, "authorize without a key", content, content
    );
}

Awaitable<void> authorize(Context& context) {
    auto request = wire::parse_seat_payment_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    auto token = token_or_fail(context, std::move(request->token));
    if (!token) co_return;
    const auto mark = mark_of_payment(context, request->order, *token);
    if (!mark) co_return;
    wire::PaymentRequest payment{.token = *std::move(token), .return_url = {}};
    auto command = command_to_pay(context, request->order, std::move(payment), *mark);
    co_await pay(context, std::move(command), reply_authorized);
}

using enum Access;
using enum Method;
using enum Owner;
using enum Weight;

constexpr Route in_dialect(Route route) {
    route.write_problem = write_error;
    return route;
}

constexpr Route kRoutes[] = {
    in_dialect({post, "/api/reservations", guest, caller, BodyKind::json, hold_seat, hold}),
    in_dialect(
        {post,
         "/api/reservations/{eventId}/{seatId}/confirm",
         guest,
         caller,
         BodyKind::none,
         confirm_seat}
    ),
    in_dialect(
        {post,
         "/api/reservations/{eventId}/{seatId}/extend",
         guest,
         caller,
         BodyKind::json,
         extend_seat,
         hold}
    ),
    in_dialect(
        {delete_,
         "/api/reservations/{eventId}/{seatId}",
         guest,
         caller,
         BodyKind::none,
         release_seat}
    ),
    in_dialect(
        {get, "/api/events", anyone, nobody, BodyKind::none, list_events_in_seat_dialect, heavy}
    ),
    in_dialect({get, "/api/events/{id}", anyone, nobody, BodyKind::none, get_event_in_seat_dialect}
    ),
    in_dialect(
        {get, "/api/events/{id}/seats", anyone, nobody, BodyKind::none, list_seats_in_seat_dialect}
    ),
    in_dialect({post, "/api/orders", guest, caller, BodyKind::json, order_seat}),
    in_dialect({post, "/api/payments/authorize", guest, caller, BodyKind::json, authorize}),
};

}  // namespace
}  // namespace frontrow::http::handlers

namespace frontrow::http {

std::span<const Route> seat_dialect_routes() {
    return handlers::kRoutes;
}

}  // namespace frontrow::http
