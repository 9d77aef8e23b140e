#include "http/handlers/handlers.h"
#include "http/handlers/holders.h"
#include "http/handlers/replies.h"
#include "http/query.h"
#include "http/ticket_codes.h"
#include "identity/guest.h"
#include "identity/principal.h"
#include "tickets/qr.h"
#include "wire/ticket_json.h"
#include "wire/ticket_requests.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The tickets that a caller has, and what becomes of them.

namespace frontrow::http::handlers {
namespace {

using domain::TicketId;
using domain::TicketView;
using Tickets = std::vector<TicketView>;
using Holders = std::vector<wire::HolderDetails>;

constexpr std::size_t kScaleDefault = 8;
/// Approximate size of a ticket with its code as JSON.
constexpr std::size_t kTicketBytes = 768;

std::optional<TicketId> ticket_id_or_fail(Context& context) {
    const auto id = wire::parse_ticket_id(context.path_parts[0]);
    if (!id)
        context.fail(
            invalid_field("id", "must be a reservation's UUID, a dot and a number from 1 on")
        );
    return id;
}

/// Why nobody may see the code of a ticket with this status; nothing if its holder may.
std::optional<domain::Reason> refusal_of(domain::TicketStatus status) {
    switch (status) {
        case domain::TicketStatus::valid:
        case domain::TicketStatus::used:
            return std::nullopt;
        case domain::TicketStatus::refunded:
            return domain::Reason::ticket_refunded;
        case domain::TicketStatus::cancelled:
            return domain::Reason::event_cancelled;
    }
}

/// Whether this account may see the ticket's code once nothing is missing.
bool may_see_code(const TicketView& view, std::string_view account) {
    return view.holder == account && !refusal_of(view.status);
}
bool has_code(const TicketView& view, const wire::HolderDetails& holder, std::string_view account) {
    return may_see_code(view, account) && wire::missing(view.asks, holder).empty();
}

/// What the ticket admits to, for people: section, row and label, or the category. If that is too
/// long for a code, without the section, or the label alone.
std::string name_of_place(const TicketView& view) {
    const auto& seat = view.seat.spec;
    if (seat == nullptr) return view.place.category;
    std::string name{seat->label()};
    for (const auto& part : {seat->row, seat->section}) {
        if (part.empty()) continue;
        auto longer = part + " / " + name;
        if (longer.size() > tickets::kPlaceBytesMax) break;
        name = std::move(longer);
    }
    return name;
}

tickets::CodeContents contents_of(const TicketView& view) {
    return {
        .event = view.event.bits(),
        .reservation = view.id.reservation.bits(),
        .number = view.id.number,
        .issue = view.issue,
        .starts_at = view.starts_at,
        .place = name_of_place(view),
        .gate = view.gate,
    };
}

/// What belongs to each of several tickets, in their order.
struct Extras {
    Holders holders;
    /// Empty where the caller may not see the code.
    std::vector<std::string> codes;
};

/// What belongs to these tickets. If codes can't be signed, or holders can't be read, answers with
/// an error and returns nothing.
Awaitable<std::optional<Extras>> extras_or_fail(Context& context, const Tickets& all) {
    auto holders = co_await read_holders(context.services, all);
    if (context.value_or_fail(holders) == nullptr) co_return std::nullopt;
    Extras extras{*std::move(holders), std::vector<std::string>(all.size())};
    std::vector<std::size_t> with_code;
    std::vector<tickets::CodeContents> contents;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!has_code(all[i], extras.holders[i], context.principal.sub)) continue;
        with_code.push_back(i);
        contents.push_back(contents_of(all[i]));
    }
    if (contents.empty()) co_return extras;
    auto& signer = context.services.ticket_codes;
    auto made = co_await signer.sign(std::move(contents));
    if (!made && !signer.has_key()) {
        context.fail(ticket_keys_missing());
        co_return std::nullopt;
    }
    auto* next = context.value_or_fail(made);
    if (next == nullptr) co_return std::nullopt;
    for (std::size_t i = 0; i < with_code.size(); ++i)
        extras.codes[with_code[i]] = std::move((*next)[i]);
    co_return extras;
}

Awaitable<void> reply_tickets(Context& context, const Tickets& all) {
    const bool is_long = all.size() > kSeatsOnOwnerMax;
    if (is_long && !take_room_or_fail(context, all.size() * kTicketBytes)) co_return;
    const auto extras = co_await extras_or_fail(context, all);
    if (!extras) co_return;
    auto render = [&](std::string& out) {
        append_list(out, all, [&, i = 0UZ](auto& to, const auto& view) mutable {
            const auto& holder = extras->holders[i];
            wire::append_ticket(to, view, context.principal.sub, &holder, extras->codes[i++]);
        });
    };
    co_await render_body(context, all.size(), render);
}

/// Answers with the ticket and all that belongs to it.
Awaitable<void> reply_ticket(Context& context, TicketView view) {
    const Tickets one{std::move(view)};
    const auto extras = co_await extras_or_fail(context, one);
    if (!extras) co_return;
    wire::append_ticket(
        context.response.body,
        one.front(),
        context.principal.sub,
        &extras->holders.front(),
        extras->codes.front()
    );
}

/// The ticket that the path names, if the caller has it or has bought it. If not, answers with an
/// error and returns nothing.
Awaitable<std::optional<TicketView>> ticket_or_fail(Context& context) {
    const auto id = ticket_id_or_fail(context);
    if (!id) co_return std::nullopt;
    auto found =
        co_await context.services.store.read(domain::read_ticket, *id, context.principal.sub);
    auto* view = found_or_fail(context, found, "ticket");
    if (view == nullptr) co_return std::nullopt;
    co_return std::move(*view);
}

/// The same, if the caller has the ticket, it wasn't refunded, and its event takes place.
Awaitable<std::optional<TicketView>> own_ticket_or_fail(Context& context) {
    auto view = co_await ticket_or_fail(context);
    if (!view || may_see_code(*view, context.principal.sub)) co_return view;
    const auto reason = refusal_of(view->status);
    context.fail(
        reason ? problem_of(domain::Refusal{.reason = *reason})
               : not_found("The ticket was given to another account, which alone has it now.")
    );
    co_return std::nullopt;
}

/// Whether the event asks all that the details have. If it doesn't, answers with an error and
/// returns false.
bool is_asked_or_fail(
    Context& context,
    const domain::Asks& asks,
    const wire::HolderDetails& details
) {
    if (!details.name.empty() && !asks.holder_name()) {
        context.fail(not_asked("name", "The event doesn't ask for a name."));
        return false;
    }
    for (std::size_t i = 0; i < details.answers.size(); ++i) {
        const auto& label = details.answers[i].label;
        const auto questions = asks.questions();
        if (std::ranges::find(questions, label, &domain::Question::label) != questions.end())
            continue;
        context.fail(not_asked(
            "answers[" + std::to_string(i) + "].label", "The event has no question " + label + "."
        ));
        return false;
    }
    return true;
}

/// Answers with the QR code that `draw(code, scale)` makes of the ticket's code.
template <class Draw>
Awaitable<void> reply_qr(Context& context, std::string_view content_type, Draw draw) {
    auto scale =
        query_number(context.request.query, "scale", 1, tickets::kQrScaleMax, kScaleDefault);
    if (context.value_or_fail(scale) == nullptr) co_return;
    auto view = co_await own_ticket_or_fail(context);
    if (!view) co_return;
    const Tickets one{*std::move(view)};
    const auto extras = co_await extras_or_fail(context, one);
    if (!extras) co_return;
    const auto& code = extras->codes.front();
    if (code.empty()) co_return context.fail(holder_missing());
    auto work = [&] { return draw(code, static_cast<unsigned>(*scale)); };
    context.response.body = co_await context.services.workers.run(work);
    context.response.content_type = content_type;
}

/// False for our own accounts, for which no token is made, unless they are a guest's.
bool can_have_tickets(std::string_view sub) {
    return !identity::is_reserved_sub(sub) || sub.starts_with(identity::kGuestAccount);
}

/// Executes a command that changes a ticket, and answers with the ticket, without its code. What is
/// kept about somebody who no longer has it is erased.
template <class Command>
Awaitable<void> change_ticket(Context& context, Command command) {
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* view = entity_or_fail<TicketView>(context, result);
    if (view == nullptr) co_return;
    co_await erase_former_holder(context.services, *view);
    wire::append_ticket(context.response.body, *view, context.principal.sub);
}

/// Whether the caller may use the organisers' routes of this ticket: by their role, or as a member
/// of its event. If not, answers with an error and returns false. Whether the ticket's event is
/// theirs, the store decides.
Awaitable<bool> may_organize_ticket_or_fail(Context& context) {
    using identity::Role;
    if (context.principal.role >= Role::organizer) co_return true;
    if (const auto id = wire::parse_ticket_id(context.path_parts[0])) {
        auto found = co_await context.services.store.read(
            domain::read_event_ticket, *id, context.organizer()
        );
        const auto* view = context.value_or_fail(found);
        if (view == nullptr) co_return false;
        if (*view) co_return true;
    }
    context.fail(needs_role(identity::name_of(Role::organizer)));
    co_return false;
}

}  // namespace

Awaitable<void> list_reservation_tickets(Context& context) {
    const auto id = context.path_id<ReservationId>();
    if (!id) co_return;
    auto found = co_await context.services.store.read(
        domain::read_reservation_tickets, *id, context.principal.sub
    );
    const auto* all = found_or_fail(context, found, "reservation");
    if (all != nullptr) co_await reply_tickets(context, *all);
}

Awaitable<void> list_tickets(Context& context) {
    const auto name = "tickets of " + context.principal.sub;
    const ListBounds bounds{.list = name};
    const auto page = page_or_fail(context, bounds);
    if (!page) co_return;
    auto list = co_await context.services.store.read(
        domain::read_tickets, context.principal.sub, one_more(*page)
    );
    if (context.value_or_fail(list) == nullptr) co_return;
    if (list->size() > page->limit) {
        list->pop_back();
        const auto& last = list->back().id;
        const domain::Place place{.id = last.reservation.bits(), .number = last.number};
        link_next(context, bounds, *page, place, "/api/v1/tickets");
    }
    co_await reply_tickets(context, *list);
}

Awaitable<void> get_ticket(Context& context) {
    auto view = co_await ticket_or_fail(context);
    if (view) co_await reply_ticket(context, *std::move(view));
}

Awaitable<void> set_ticket_holder(Context& context) {
    auto details = wire::parse_holder_request(context.request.body);
    if (context.value_or_fail(details) == nullptr) co_return;
    auto view = co_await own_ticket_or_fail(context);
    if (!view || !is_asked_or_fail(context, view->asks, *details)) co_return;
    const auto kept = co_await keep_holder(context.services, *view, *std::move(details));
    if (!kept) co_return context.fail(problem_of(kept.error()));
    co_await reply_ticket(context, *std::move(view));
}

Awaitable<void> get_ticket_svg(Context& context) {
    co_await reply_qr(context, "image/svg+xml", tickets::qr_svg);
}

Awaitable<void> get_ticket_png(Context& context) {
    co_await reply_qr(context, "image/png", tickets::qr_png);
}

Awaitable<void> transfer_ticket(Context& context) {
    const auto id = ticket_id_or_fail(context);
    if (!id) co_return;
    auto request = wire::parse_transfer_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    if (!can_have_tickets(request->sub))
        co_return context.fail(
            invalid_field("sub", "is no account of a person, who could give the ticket back")
        );
    domain::TransferTicket command{
        .ticket = *id, .user = context.principal.sub, .to = request->sub
    };
    if (!mark_or_fail(context, command.request, [&] { return wire::canonical(*request); }))
        co_return;
    co_await change_ticket(context, std::move(command));
}

Awaitable<void> reissue_ticket(Context& context) {
    const auto id = ticket_id_or_fail(context);
    if (!id) co_return;
    domain::ReissueTicket command{.ticket = *id, .by = context.organizer()};
    if (!mark_or_fail(context, command.request, [] { return std::string{}; })) co_return;
    co_await change_ticket(context, std::move(command));
}

Awaitable<void> reinstate_ticket(Context& context) {
    if (!co_await may_organize_ticket_or_fail(context)) co_return;
    const auto id = ticket_id_or_fail(context);
    if (!id) co_return;
    domain::ReinstateTicket command{.ticket = *id, .by = context.organizer()};
    if (!mark_or_fail(context, command.request, [] { return std::string{}; })) co_return;
    co_await change_ticket(context, std::move(command));
}

Awaitable<void> get_ticket_keys(Context& context) {
    auto keys = co_await context.services.ticket_codes.public_keys();
    if (context.value_or_fail(keys) == nullptr) co_return;
    auto& response = context.response;
    response.content_type = "application/jwk-set+json";
    response.cache_control = "public, max-age=60";
    response.body = tickets::write_jwk_set(*keys);
}

}  // namespace frontrow::http::handlers
