#include "base/instant.h"
#include "http/problem.h"
#include "http/problem_parts.h"

#include <optional>
#include <string>
#include <utility>

// The problems of gates and tickets.

namespace frontrow::http {
namespace {

using domain::Reason;

Problem already_used_since(const domain::TicketScan& first) {
    auto problem = conflict(
        "ALREADY_USED",
        "Somebody got in with the ticket at " + to_rfc3339(first.at) +
            (first.gate.empty() ? "" : ", at gate " + first.gate) + "."
    );
    problem.used = first;
    return problem;
}

}  // namespace

Problem problem_of(tickets::CodeFlaw flaw) {
    const std::string sentence{sentence_of(flaw)};
    switch (flaw) {
        case tickets::CodeFlaw::not_a_code:
            return rule_broken("CODE_INVALID", "code", sentence);
        case tickets::CodeFlaw::unknown_key:
        case tickets::CodeFlaw::forged:
            return rule_broken("TICKET_FORGED", "code", sentence);
    }
}

std::optional<Problem> problem_of(const domain::CheckedTicket& checked) {
    using enum domain::TicketVerdict;
    switch (checked.verdict) {
        case admitted:
            return std::nullopt;
        case already_used:
            return already_used_since(checked.first.value());
        case refunded:
            return problem_of(domain::Refusal{.reason = Reason::ticket_refunded});
        case replaced:
            return Problem{
                .status = 410,
                .code = "TICKET_REPLACED",
                .message = "The ticket was transferred or issued again since this code was made."
            };
        case unknown:
            return problem_of(domain::Refusal{.reason = Reason::ticket_not_found});
        case wrong_event:
            return rule_broken("WRONG_EVENT", "code", "The ticket is for another event.");
        case event_cancelled:
            return problem_of(domain::Refusal{.reason = Reason::event_cancelled});
        case outdated:
            return conflict(
                "SCAN_OUTDATED",
                "An organiser has made the ticket valid again since the scan; scan it once more."
            );
    }
}

Problem pairing_code_invalid() {
    return rule_broken(
        "CODE_INVALID",
        "code",
        "No device waits for this code: it is wrong, was used, or has expired. Ask the organiser "
        "for a new one."
    );
}

Problem too_many_devices(std::size_t limit) {
    return rule_broken(
        "LIMIT_REACHED",
        "name",
        "An event can have at most " + std::to_string(limit) + " devices; remove one first."
    );
}

Problem ticket_keys_missing() {
    return retry_later(
        "TICKET_KEYS_MISSING",
        "This node can't sign tickets and sessions: it has no keys, or other ones than its "
        "cluster; its operator must give it the cluster's key file.",
        60
    );
}

Problem holder_missing() {
    return conflict(
        "HOLDER_MISSING",
        "The event asks about the person who will use the ticket; say it with PUT "
        "/tickets/{id}/holder."
    );
}

Problem not_asked(std::string field, std::string message) {
    return rule_broken("NOT_ASKED", std::move(field), std::move(message));
}

}  // namespace frontrow::http
