#pragma once

#include "admission/rate_limits.h"
#include "domain/refusal.h"
#include "domain/ticket.h"
#include "http/response.h"
#include "io/fault.h"
#include "payments/notice_refusal.h"
#include "store/feed.h"
#include "tickets/ticket_code.h"
#include "wire/parse_error.h"
#include "wire/problem_json.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http {

using wire::Problem;

// Each kind of error has one table that maps it to status, code and message.

Problem problem_of(const domain::Refusal& refusal);
Problem problem_of(const io::Fault& fault);
Problem problem_of(const wire::ParseError& error);
Problem problem_of(store::FeedRefusal refusal);
Problem problem_of(const payments::NoticeRefusal& refusal);
Problem problem_of(tickets::CodeFlaw flaw);
/// For a ticket that admits nobody. Nothing if it admits.
std::optional<Problem> problem_of(const domain::CheckedTicket& checked);

/// Like problem_of(), but for seats that came as a table: the message names the line. `lines`: the
/// line of each seat.
Problem problem_in_table(const wire::ParseError& error);
Problem problem_in_table(
    const domain::Refusal& refusal,
    const std::vector<domain::SeatSpec>& seats,
    const std::vector<std::size_t>& lines
);

Problem invalid_field(std::string field, std::string message);
Problem not_found(std::string message);
/// The caller lacks the role.
Problem needs_role(std::string_view role);
/// Tokens can't be checked yet.
inline Problem keys_not_read() {
    return {
        .status = 503,
        .code = "NOT_READY",
        .message = "The keys that check tokens haven't been read yet.",
        .retry_after_seconds = 5
    };
}
/// The request has no idempotency key. `how`: a sentence that says how to send one.
Problem key_required(std::string how);
Problem payment_declined(std::string_view code);
/// The payment succeeded after the hold had run out, and others had the seats by then.
Problem paid_too_late();
/// The settings name no payment provider.
Problem takes_no_payments();
Problem refund_failed(std::string_view code);
/// The caller isn't a guest, so there is no session of ours.
Problem not_a_guest();
/// No session waits for the code.
Problem handoff_code_invalid();
/// No device waits for the pairing code.
Problem pairing_code_invalid();
Problem too_many_devices(std::size_t limit);
/// The operator's service says that the caller may not have the hold.
Problem refused_by_verdict();
/// That service says nothing, and the settings say that nobody gets a hold then.
Problem no_verdict();
/// This node of a cluster has no key file, so it can't sign the codes of tickets.
Problem ticket_keys_missing();
/// The ticket has no code yet, because its event requires something of which nothing is known.
Problem holder_missing();
/// The event asks for no such thing. `field`: the request's.
Problem not_asked(std::string field, std::string message);
/// The caller has used up a limit.
Problem too_many_requests(admission::RateSubject subject, std::uint32_t retry_after_seconds);
/// There is no memory left for such a large answer.
Problem too_much_to_send();

/// Sets all of the answer but the content and its type.
void start_problem(Response& response, const Problem& problem);
/// Makes the problem the answer.
void write_problem(Response& response, Problem problem, TraceId trace);

}  // namespace frontrow::http
