#include "http/handlers/handlers.h"
#include "http/handlers/hold_verdict.h"
#include "http/handlers/replies.h"
#include "identity/request_mark.h"
#include "wire/entity_json.h"
#include "wire/requests.h"
#include "wire/status_names.h"

#include <string>
#include <string_view>

namespace frontrow::http::handlers {
namespace {

/// The request's idempotency key, which is required. If it is absent or wrong, answers with an
/// error and returns nothing.
std::optional<std::string_view>
needed_key_or_fail(Context& context, const wire::ReservationRequest& request) {
    const auto& in_body = request.idempotency_key;
    const auto key = key_or_fail(context, in_body ? std::string_view{*in_body} : "");
    if (!key || !key->empty()) return key;
    context.fail(key_required(
        "Send an Idempotency-Key header, or idempotency_key in the body, so that a retry can't "
        "reserve twice."
    ));
    return std::nullopt;
}

/// The command that the request asks for. If the request is wrong, answers with an error and
/// returns nothing.
std::optional<domain::ReserveSeats> wanted_or_fail(Context& context) {
    auto request = wire::parse_reservation_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) return std::nullopt;
    context.subject.event = request->event;
    const auto key = needed_key_or_fail(context, *request);
    if (!key) return std::nullopt;
    const auto mark = identity::mark_request(
        context.services.sha,
        context.principal.sub,
        "POST /reservations",
        *key,
        wire::canonical(
            request->event,
            request->seats,
            request->hold,
            request->items,
            request->best,
            request->access_code
        )
    );
    return claim_of(context, *std::move(request), mark);
}

void reply_created(Context& context, OutcomeResult& result) {
    count_reservation(context, result);
    const auto* reservation = entity_or_fail<domain::Reservation>(context, result);
    if (reservation == nullptr) return;
    auto& response = context.response;
    response.status = 201;
    context.add_location("/api/v1/reservations/", reservation->id.bits());
    if (const auto status_now = (*result)->status_now) {
        response.add_header("Reservation-Status", wire::name_of(*status_now));
        wire::append_past_reservation(response.body, *reservation);
    } else {
        // Rendered as of created_at, so expires_in_ms is the full hold time.
        wire::append_reservation(response.body, *reservation, reservation->created_at);
    }
}

/// Answers with the reservation as it is now. Its tag covers everything but `expires_in_ms`, which
/// follows from `expires_at`.
void reply_present(Context& context, const domain::Reservation& reservation) {
    std::string tag;
    append_hex128(tag, domain::tag_of(reservation));
    if (!tag_answer(context, tag))
        wire::append_reservation(context.response.body, reservation, context.services.store.now());
}

/// For confirm, cancel, extend and change: executes the command and answers with the reservation as
/// it is now.
template <class Command>
Awaitable<void> execute_on_reservation(Context& context, Command command) {
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* reservation = entity_or_fail<domain::Reservation>(context, result);
    if (reservation != nullptr) reply_present(context, *reservation);
}

Awaitable<void> reply_reservations_of(Context& context, std::string user) {
    const auto name = "reservations of " + user;
    const ListBounds bounds{.list = name};
    const auto page = page_or_fail(context, bounds);
    if (!page) co_return;
    auto& store = context.services.store;
    auto list = co_await store.read(domain::read_reservations, std::move(user), one_more(*page));
    if (context.value_or_fail(list) == nullptr) co_return;
    if (list->size() > page->limit) {
        list->pop_back();
        const domain::Place last{.id = list->back().id.bits()};
        // Both paths to a user's own list give the same link.
        link_next(context, bounds, *page, last, "/api/v1/reservations");
    }
    reply_list(
        context,
        *list,
        [now = store.now()](std::string& out, const domain::Reservation& reservation) {
            wire::append_reservation(out, reservation, now);
        }
    );
}

}  // namespace

/// Work that doesn't suspend is in plain functions, to keep this coroutine's frame small: hundreds
/// of these coroutines wait for each batch.
Awaitable<void> create_reservation(Context& context) {
    auto wanted = wanted_or_fail(context);
    if (!wanted) co_return;
    if (asks_before_holds(context) && !co_await may_hold_or_fail(context, *wanted)) co_return;
    auto result = co_await context.services.store.execute(*std::move(wanted), context.trace);
    reply_created(context, result);
}

Awaitable<void> get_reservation(Context& context) {
    const auto id = context.path_id<ReservationId>();
    if (!id) co_return;
    auto& store = context.services.store;
    auto found = co_await store.read(domain::read_reservation, *id, context.principal.sub);
    const auto* reservation = found_or_fail(context, found, "reservation");
    if (reservation != nullptr) reply_present(context, *reservation);
}

Awaitable<void> list_reservations(Context& context) {
    co_await reply_reservations_of(context, context.principal.sub);
}

Awaitable<void> list_user_reservations(Context& context) {
    if (context.path_parts[0] != context.principal.sub) {
        context.fail(not_found("There is no such user, or it isn't you."));
        co_return;
    }
    co_await reply_reservations_of(context, context.principal.sub);
}

Awaitable<void> confirm_reservation(Context& context) {
    const auto id = context.path_id<ReservationId>();
    if (!id) co_return;
    auto request = wire::parse_confirm_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    domain::ConfirmReservation command{*id, context.principal.sub, request->accepts_terms};
    co_await execute_on_reservation(context, std::move(command));
}

Awaitable<void> cancel_reservation(Context& context) {
    const auto id = context.path_id<ReservationId>();
    if (id)
        co_await execute_on_reservation(
            context, domain::CancelReservation{*id, context.principal.sub}
        );
}

Awaitable<void> extend_reservation(Context& context) {
    const auto id = context.path_id<ReservationId>();
    if (!id) co_return;
    auto request = wire::parse_request<wire::ExtensionRequest>(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    domain::ExtendReservation command{*id, context.principal.sub, request->by};
    if (mark_or_fail(context, command.request, [&] { return wire::canonical(*request); }))
        co_await execute_on_reservation(context, std::move(command));
}

Awaitable<void> change_reservation(Context& context) {
    const auto id = context.path_id<ReservationId>();
    if (!id) co_return;
    auto request = wire::parse_change_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    domain::ChangeReservation command{
        .reservation = *id,
        .user = context.principal.sub,
        .if_match = meant_by(context.request, parse_hex128),
    };
    if (!mark_or_fail(context, command.request, [&] { return wire::canonical(*request); }))
        co_return;
    command.add_seats = std::move(request->add.seats);
    command.add_items = std::move(request->add.items);
    command.remove_seats = std::move(request->remove.seats);
    command.remove_items = std::move(request->remove.items);
    co_await execute_on_reservation(context, std::move(command));
}

}  // namespace frontrow::http::handlers
