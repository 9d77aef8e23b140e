#include "bench/judge.h"

#include "bench/told_reservation.h"

#include <algorithm>
#include <span>
#include <string>

namespace frontrow::bench {
namespace {

void unexpected(const Answer& answer, Complaints& to) {
    to.add("unexpected answers with status " + std::to_string(answer.status), answer.excerpt());
}

}  // namespace

void SaleJudge::judge(const Exchange& exchange, const Answer& answer, Complaints& to) {
    const bool is_reservation = exchange.ask.action == Action::reserve;
    switch (answer.status) {
        case 200:
            if (is_reservation) unexpected(answer, to);
            return;
        case 201:
            return is_reservation ? sold(exchange, answer, to) : unexpected(answer, to);
        case 409:
            if (!is_reservation || !plan_.has_rivals()) unexpected(answer, to);
            return;
        case 429:
            return;
        case 503:
            if (answer.body.contains("OUTCOME_UNKNOWN"))
                to.add("answers that leave open what was done", "503 OUTCOME_UNKNOWN");
            return;
        default:
            unexpected(answer, to);
    }
}

void SaleJudge::sold(const Exchange& exchange, const Answer& answer, Complaints& to) {
    const auto first = exchange.ask.first_seat;
    const auto count = plan_.seats_per_request();
    const std::span seats{venue_.seats.data() + first, count};
    const auto told = read_told(answer.body, seats);
    if (!told) {
        to.add("answers with 201 that are no reservation of the seats asked for", answer.excerpt());
        return;
    }
    const Claim claim{
        .buyer = exchange.number + 1,
        .sent = exchange.sent,
        .answered = exchange.answered,
        .created = told->created,
        .expires = told->expires,
    };
    if (auto wrong = ledger_.enter(first, count, claim))
        to.add("seats that two buyers were told are theirs at the same time", std::move(*wrong));
}

void ConstantJudge::judge(const Exchange&, const Answer& answer, Complaints& to) {
    if (answer.status != 201) unexpected(answer, to);
}

}  // namespace frontrow::bench
