#include "http/problem.h"

#include "http/problem_parts.h"
#include "wire/seat_csv.h"

namespace frontrow::http {
namespace {

using domain::Reason;

std::string seats(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " seat" : " seats");
}
std::string tickets(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " ticket" : " tickets");
}
std::string units(std::int64_t count) {
    return count == 0 ? "no units" : std::to_string(count) + (count == 1 ? " unit" : " units");
}
std::string seconds(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " second" : " seconds");
}

std::string sold_out(const domain::Refusal& refusal) {
    if (refusal.subject.empty())
        return "Fewer seats than that are free and as you want them; nothing was reserved.";
    return "The category " + refusal.subject + " has " + units(refusal.limit) +
           " left; nothing was reserved.";
}

}  // namespace

// One table, and the compiler requires a row for every reason.
// NOLINTNEXTLINE(readability-function-size)
Problem problem_of(const domain::Refusal& refusal) {
    const auto limit = refusal.limit;
    switch (refusal.reason) {
        case Reason::format_too_low:
            return retry_later(
                "NOT_READY",
                "Not supported yet: run `frontrow migrate raise` once all nodes run this version.",
                60
            );
        case Reason::idempotency_key_reused:
            return rule_broken(
                "IDEMPOTENCY_KEY_REUSED",
                "Idempotency-Key",
                "This key was used for another request."
            );
        case Reason::event_not_found:
            return not_found("There is no such event.");
        case Reason::reservation_not_found:
            return not_found("There is no such reservation.");
        case Reason::version_stale:
            return {
                .status = 412,
                .code = "PRECONDITION_FAILED",
                .message = "It has changed since the version in If-Match."
            };
        case Reason::event_has_sales:
            return {
                .status = 409,
                .code = "EVENT_HAS_SALES",
                .message =
                    "The event has held or sold tickets, so it can't be deleted and its currency "
                    "and payment can't change."
            };
        case Reason::seat_number_taken:
            return {
                .status = 409,
                .code = "DUPLICATE_SEAT",
                .message = "The seat number " + refusal.subject + " would exist twice."
            };
        case Reason::event_full:
            return rule_broken(
                "LIMIT_REACHED", "seats", "An event can have at most " + seats(limit) + "."
            );
        case Reason::category_taken:
            return {
                .status = 409,
                .code = "DUPLICATE_CATEGORY",
                .message = "The event already has a category " + refusal.subject + "."
            };
        case Reason::section_not_found:
            return not_found("The event has no section " + refusal.subject + ".");
        case Reason::category_not_found:
            return not_found("The event has no category " + refusal.subject + ".");
        case Reason::too_many_categories:
            return rule_broken(
                "LIMIT_REACHED",
                "name",
                "An event can have at most " + std::to_string(limit) + " categories."
            );
        case Reason::stock_below_taken:
            return {
                .status = 409,
                .code = "STOCK_BELOW_SALES",
                .message = "total_stock can't be below what is held, sold or held back, which is " +
                           units(limit) + "."
            };
        case Reason::allocation_not_found:
            return not_found("The event has no allocation " + refusal.subject + ".");
        case Reason::allocation_taken:
            return {
                .status = 409,
                .code = "DUPLICATE_ALLOCATION",
                .message = "The event already has an allocation " + refusal.subject + "."
            };
        case Reason::until_passed:
            return invalid_field("until", "must be later than now");
        case Reason::allocations_full:
            return rule_broken(
                "LIMIT_REACHED",
                "",
                std::string{
                    refusal.subject == "allocations" ? "An event" : "An event's allocations"
                } + " can have at most " +
                    std::to_string(limit) + " " + refusal.subject +
                    " in all; end an allocation first."
            );
        case Reason::code_taken:
            return {
                .status = 409,
                .code = "DUPLICATE_CODE",
                .message = "One of the access codes opens another allocation of the event."
            };
        case Reason::creator_as_member:
            return rule_broken(
                "CREATOR_IS_NO_MEMBER",
                "sub",
                "The event's creator has all rights without being a member."
            );
        case Reason::member_not_found:
            return not_found("The event has no such member.");
        case Reason::too_many_members:
            return rule_broken(
                "LIMIT_REACHED",
                "sub",
                "An event can have at most " + std::to_string(limit) + " members; remove one first."
            );
        case Reason::sales_not_open:
            return {
                .status = 409,
                .code = "SALES_CLOSED",
                .message = "Sales for this event haven't opened yet."
            };
        case Reason::sales_closed:
            return {
                .status = 409,
                .code = "SALES_CLOSED",
                .message = "Sales for this event have closed."
            };
        case Reason::sales_paused:
            return {
                .status = 409,
                .code = "SALES_PAUSED",
                .message = "Sales for this event are paused; what you hold stays yours."
            };
        case Reason::seat_named_twice:
            return invalid_field("seat_ids", "must name each seat once");
        case Reason::hold_too_long:
            return invalid_field("hold_seconds", "must be at most the event's, " + seconds(limit));
        case Reason::not_in_reservation:
            return rule_broken(
                "NOT_IN_RESERVATION",
                "remove",
                "The reservation doesn't have " + refusal.subject + ", or has fewer units of it."
            );
        case Reason::nothing_left:
            return rule_broken(
                "NOTHING_LEFT",
                "remove",
                "Nothing would be left in the reservation; cancel it instead."
            );
        case Reason::too_many_seats:
            return rule_broken(
                "TOO_MANY_SEATS", "", "One reservation can have at most " + tickets(limit) + "."
            );
        case Reason::code_invalid:
            return rule_broken(
                "CODE_INVALID",
                "access_code",
                "This access code opens nothing for this event; a code may have an end."
            );
        case Reason::seat_not_found:
            return not_found("The event has no seat " + refusal.subject + ".");
        case Reason::user_limit_reached:
            return rule_broken(
                "LIMIT_REACHED", "", "You can have at most " + tickets(limit) + " for this event."
            );
        case Reason::allocation_used_up:
            return {
                .status = 409,
                .code = "ALLOCATION_USED_UP",
                .message = "Your access code opens " +
                           (limit == 0 ? "no more tickets" : tickets(limit)) +
                           " now; nothing was " + "reserved."
            };
        case Reason::seats_unavailable:
            return {
                .status = 409,
                .code = "SEAT_UNAVAILABLE",
                .message = "Not every seat that you asked for is free; nothing was reserved.",
                .conflicts = refusal.conflicts,
                .alternatives = refusal.alternatives,
            };
        case Reason::not_together:
            return {
                .status = 409,
                .code = "NOT_TOGETHER",
                .message =
                    "Enough seats are free, but not together; nothing was reserved. "
                    "allow_split takes them apart."
            };
        case Reason::sold_out:
            return {.status = 409, .code = "SOLD_OUT", .message = sold_out(refusal)};
        case Reason::reservation_confirmed:
            return {
                .status = 409,
                .code = "ALREADY_CONFIRMED",
                .message = "The reservation is confirmed."
            };
        case Reason::reservation_cancelled:
            return {
                .status = 409,
                .code = "ALREADY_CANCELLED",
                .message = "The reservation is cancelled."
            };
        case Reason::hold_expired:
            return {
                .status = 410,
                .code = "HOLD_EXPIRED",
                .message = "The hold has run out, and what it held is free again."
            };
        case Reason::payment_required:
            return {
                .status = 409,
                .code = "PAYMENT_REQUIRED",
                .message = "This event's reservations are confirmed by paying for them."
            };
        case Reason::payment_in_progress:
            return conflict(
                "PAYMENT_IN_PROGRESS", "A payment for it is in progress; wait for its result."
            );
        case Reason::order_not_found:
            return not_found("There is no such order.");
        case Reason::order_exists:
            return conflict(
                "ORDER_EXISTS", "The reservation has an order already; pay for that one."
            );
        case Reason::order_paid:
            return conflict("ORDER_PAID", "The order is paid.");
        case Reason::order_closed:
            return conflict(
                "ORDER_CLOSED",
                "The order's reservation was cancelled, changed or confirmed, so it takes no "
                "payment."
            );
        case Reason::too_many_payments:
            return rule_broken(
                "LIMIT_REACHED",
                "",
                "An order can have at most " + std::to_string(limit) + " attempts to pay."
            );
        case Reason::payment_not_found:
            return not_found("There is no such payment.");
        case Reason::amount_differs:
            return conflict("AMOUNT_DIFFERS", "The amount or the currency isn't the order's.");
        case Reason::refund_not_found:
            return not_found("There is no such refund.");
        case Reason::refunded_otherwise:
            return conflict("ALREADY_REFUNDED", "Another refund has given the same back.");
        case Reason::payment_disputed:
            return conflict(
                "PAYMENT_DISPUTED",
                "The buyer disputes the payment; despite_dispute refunds it all the same."
            );
        case Reason::not_in_order:
            return rule_broken(
                "NOT_IN_ORDER",
                // The subject is the id of a seat or the name of a category.
                SeatId::parse(refusal.subject) ? "seat_ids" : "items",
                "The order doesn't have " + refusal.subject + ", or less of it is left to refund."
            );
        case Reason::tickets_in_use:
            return conflict(
                "TICKETS_IN_USE",
                "Of " + refusal.subject + ", " + units(limit) +
                    " can be refunded without a name; the others are used or were given to "
                    "another account, and must be named in tickets."
            );
        case Reason::nothing_to_refund:
            return conflict("ALREADY_REFUNDED", "Nothing of the order is left to refund.");
        case Reason::event_cancelled:
            return conflict("EVENT_CANCELLED", "The event is cancelled.");
        case Reason::terms_not_accepted:
            return rule_broken(
                "TERMS_NOT_ACCEPTED",
                "terms_accepted",
                "The event has terms, which the buyer must accept: terms_accepted must be true."
            );
        case Reason::ticket_not_found:
            return not_found("There is no such ticket.");
        case Reason::ticket_refunded:
            return {
                .status = 410,
                .code = "TICKET_REFUNDED",
                .message = "The ticket was refunded, or is being refunded."
            };
        case Reason::ticket_used:
            return conflict("ALREADY_USED", "Somebody got in with the ticket.");
        case Reason::ticket_unused:
            return conflict("TICKET_UNUSED", "Nobody got in with the ticket.");
        case Reason::extension_too_long:
            return rule_broken(
                "LIMIT_REACHED", "seconds", "A hold can last at most " + seconds(limit) + " in all."
            );
        case Reason::api_key_not_found:
            return not_found("There is no such API key.");
        case Reason::too_many_api_keys:
            return rule_broken(
                "LIMIT_REACHED",
                "name",
                "At most " + std::to_string(limit) + " API keys can be in force; revoke one first."
            );
        case Reason::not_writable:
            return {
                .status = 400,
                .code = "INVALID_REQUEST",
                .message = "The request has a text, a number or a time that can't be stored."
            };
    }
}

Problem problem_of(const io::Fault& fault) {
    switch (fault.kind) {
        case io::FaultKind::overloaded:
            return retry_later("OVERLOADED", "The server can't take on more at the moment.", 1);
        case io::FaultKind::storage_low:
            return retry_later("STORAGE_LOW", "The server is nearly out of storage.", 60);
        case io::FaultKind::outcome_unknown:
            return retry_later(
                "OUTCOME_UNKNOWN",
                "It isn't known whether this was done; ask again with the same key.",
                1
            );
        case io::FaultKind::unavailable:
        case io::FaultKind::corrupt:
        case io::FaultKind::unusable:
        case io::FaultKind::in_use:
            return retry_later("NOT_READY", "The server can't reach its storage.", 5);
    }
}

Problem problem_of(const wire::ParseError& error) {
    const auto& first = error.fields.front();
    auto message = first.field.empty() ? first.message
                                       : "The field " + first.field + " " + first.message + ".";
    return {
        .status = 400,
        .code = "INVALID_REQUEST",
        .message = std::move(message),
        .errors = error.fields
    };
}

Problem problem_of(store::FeedRefusal refusal) {
    switch (refusal) {
        case store::FeedRefusal::another_past:
            return {
                .status = 410,
                .code = "FACTS_GONE",
                .message = "The facts up to this position were replaced by others; start again."
            };
    }
}

Problem problem_in_table(const wire::ParseError& error) {
    auto problem = problem_of(error);
    const auto& [field, message] = error.fields.front();
    if (!field.empty()) problem.message = "In " + field + " " + message + ".";
    return problem;
}

Problem problem_in_table(
    const domain::Refusal& refusal,
    const std::vector<domain::SeatSpec>& seats,
    const std::vector<std::size_t>& lines
) {
    auto problem = problem_of(refusal);
    if (refusal.reason == Reason::seat_number_taken) {
        const auto found = wire::lines_of(refusal.subject, seats, lines);
        auto where = "In line" + std::string{found.size() > 1 ? "s " : " "};
        where += std::to_string(found.front());
        if (found.size() > 1) where += " and " + std::to_string(found.back());
        problem.message = where + ": " + problem.message;
    }
    return problem;
}

Problem invalid_field(std::string field, std::string message) {
    return problem_of(wire::ParseError{{{std::move(field), std::move(message)}}});
}

Problem needs_role(std::string_view role) {
    return {
        .status = 403,
        .code = "FORBIDDEN",
        .message = "This needs the role " + std::string{role} + "."
    };
}

Problem key_required(std::string how) {
    return {
        .status = 400,
        .code = "IDEMPOTENCY_KEY_REQUIRED",
        .message = std::move(how),
        .errors = {{"Idempotency-Key", "is required"}},
    };
}

Problem not_a_guest() {
    return conflict(
        "NOT_A_GUEST",
        "Only a guest has a session here; others sign in where they have their account."
    );
}

Problem handoff_code_invalid() {
    return rule_broken(
        "CODE_INVALID",
        "code",
        "No session waits for this code: it is wrong, was used, or has expired. Make a new one on "
        "the other device."
    );
}

Problem too_many_requests(admission::RateSubject subject, std::uint32_t retry_after_seconds) {
    const auto who = subject == admission::RateSubject::address
                         ? std::string{"your network address"}
                         : "this " + std::string{name_of(subject)};
    return {
        .status = 429,
        .code = "RATE_LIMITED",
        .message = "Too many requests of this kind came from " + who + "; try again in " +
                   std::to_string(retry_after_seconds) + " s.",
        .retry_after_seconds = retry_after_seconds
    };
}

Problem refused_by_verdict() {
    return {
        .status = 403,
        .code = "REFUSED_BY_VERDICT",
        .message =
            "The check before a hold refused this request: it doesn't look as if a person had made "
            "it."
    };
}

Problem no_verdict() {
    return {
        .status = 503,
        .code = "NO_VERDICT",
        .message = "The check before a hold gives no answer at the moment; nothing was held.",
        .retry_after_seconds = 2
    };
}

Problem too_much_to_send() {
    return retry_later(
        "OVERLOADED",
        "The server has no memory left for such a long answer; try again, or ask for a part of it.",
        1
    );
}

Problem not_found(std::string message) {
    return {.status = 404, .code = "NOT_FOUND", .message = std::move(message)};
}

void start_problem(Response& response, const Problem& problem) {
    response.status = problem.status;
    response.cache_control = "no-store";
    response.clear_content();
    if (problem.retry_after_seconds)
        response.add_header("Retry-After", std::to_string(*problem.retry_after_seconds));
}

void write_problem(Response& response, Problem problem, TraceId trace) {
    start_problem(response, problem);
    response.content_type = kProblemJson;
    problem.title = phrase_of(problem.status);
    wire::append_problem(response.body, problem, trace);
}

}  // namespace frontrow::http
