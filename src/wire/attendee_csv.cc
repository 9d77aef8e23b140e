#include "wire/attendee_csv.h"

#include "base/instant.h"
#include "wire/csv_record.h"
#include "wire/ticket_json.h"

#include <vector>

namespace frontrow::wire {

void append_attendee_columns(std::string& out, const domain::Asks& asks) {
    std::vector<std::string_view> fields{
        "ticket_id", "section", "row", "seat", "category", "status", "account", "name"
    };
    for (const auto& question : asks.questions())
        fields.emplace_back(question.label);
    fields.insert(fields.end(), {"email", "checked_in_at", "gate"});
    append_csv_record(out, fields);
}

void append_attendee_record(
    std::string& out,
    const domain::Asks& asks,
    const domain::TicketView& ticket,
    const HolderDetails& details,
    std::string_view email
) {
    const auto id = text_of(ticket.id);
    const auto used_at = ticket.used ? to_rfc3339(ticket.used->at) : std::string{};
    const auto* const seat = ticket.seat.spec.get();
    std::vector<std::string_view> fields{id};
    if (seat == nullptr)
        fields.insert(fields.end(), {"", "", ""});
    else
        fields.insert(fields.end(), {seat->section, seat->row, seat->label()});
    fields.insert(
        fields.end(), {ticket.place.category, name_of(ticket.status), ticket.holder, details.name}
    );
    for (const auto& question : asks.questions()) {
        const auto* const answer = details.answer_to(question.label);
        fields.emplace_back(answer == nullptr ? std::string_view{} : answer->text);
    }
    fields.insert(
        fields.end(), {email, used_at, ticket.used ? std::string_view{ticket.used->gate} : ""}
    );
    append_csv_record(out, fields);
}

}  // namespace frontrow::wire
