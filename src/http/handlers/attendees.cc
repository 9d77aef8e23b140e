#include "http/handlers/contacts.h"
#include "http/handlers/handlers.h"
#include "http/handlers/holders.h"
#include "http/handlers/replies.h"
#include "http/limits.h"
#include "io/workers.h"
#include "wire/attendee_csv.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The people who have an event's tickets, as a table for its organisers.

namespace frontrow::http::handlers {
namespace {

using domain::AttendeePart;

/// A table is made of parts with so many tickets, so that other requests come in between.
constexpr std::size_t kAttendeesAtOnce = 200;

/// Appends the part's tickets to the table in the body, on a worker. If there is no room, or what
/// is known about people can't be read, answers with an error and returns false.
Awaitable<bool>
append_part_or_fail(Context& context, const domain::Asks& asks, const AttendeePart& part) {
    const auto& services = context.services;
    auto holders = co_await read_holders(services, part.tickets);
    if (context.value_or_fail(holders) == nullptr) co_return false;
    const auto contacts = co_await contacts_or_fail(context, part.orders);
    if (!contacts) co_return false;
    auto work = [&] {
        std::string text;
        for (std::size_t i = 0; i < part.tickets.size(); ++i)
            wire::append_attendee_record(
                text, asks, part.tickets[i], (*holders)[i], (*contacts)[i].email
            );
        return text;
    };
    // Also if the part is empty: waiting for the worker lets other requests come in between.
    const auto text = co_await services.workers.run(work);
    if (!grow_or_fail(context, text.size())) co_return false;
    context.response.body += text;
    co_return true;
}

/// Appends the table with the page's tickets to the body, part by part. If more follow, sets `next`
/// to the place where they do. If it fails, answers with an error and returns false.
Awaitable<bool> append_page_or_fail(
    Context& context,
    EventId event,
    const store::Page& page,
    std::optional<domain::Place>& next
) {
    next = page.after;
    auto to_skip = page.offset;
    auto to_take = page.limit;
    std::optional<domain::Asks> asks;
    do {
        auto& count = to_skip > 0 ? to_skip : to_take;
        auto found = co_await context.services.store.read(
            domain::read_attendees,
            event,
            context.organizer(),
            next,
            std::min(kAttendeesAtOnce, count)
        );
        auto* part = found_or_fail(context, found, "event");
        if (part == nullptr) co_return false;
        if (!asks) wire::append_attendee_columns(context.response.body, asks.emplace(part->asks));
        next = part->next;
        const bool is_skipped = to_skip > 0;
        count -= part->tickets.size();
        if (is_skipped) *part = {};
        if (!co_await append_part_or_fail(context, *asks, *part)) co_return false;
    } while (next && to_take > 0);
    co_return true;
}

}  // namespace

Awaitable<void> export_attendees(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    const auto name = "attendees of event " + event->to_string();
    const ListBounds bounds{
        .list = name, .limit_max = kAttendeesInTableMax, .limit = kAttendeesInTableMax
    };
    const auto page = page_or_fail(context, bounds);
    if (!page) co_return;
    std::optional<domain::Place> next;
    if (!co_await append_page_or_fail(context, *event, *page, next)) co_return;
    const auto id = event->to_string();
    if (next) link_next(context, bounds, *page, *next, "/api/v1/events/" + id + "/attendees.csv");
    auto& response = context.response;
    response.content_type = "text/csv; charset=utf-8; header=present";
    response.add_header("Content-Disposition", "attachment; filename=\"attendees-" + id + ".csv\"");
}

}  // namespace frontrow::http::handlers
