#include "bench/judge.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace frontrow::bench {

void complain_of(const Answer& answer, Complaints& to) {
    to.add("unexpected answers with status " + std::to_string(answer.status), answer.excerpt());
}

bool turns_away(const Answer& answer, Complaints& to) {
    if (answer.status == 503 && answer.body.contains("OUTCOME_UNKNOWN"))
        to.add("answers that leave open what was done", "503 OUTCOME_UNKNOWN");
    return answer.status == 429 || answer.status == 503;
}

SaleJudge::SaleJudge(const Plan& plan, const Venue& venue, Ledger& ledger)
    : plan_{plan}, venue_{venue}, ledger_{ledger} {
    if (plan.goods() != Goods::best_seats) return;
    by_id_.resize(venue.seats.size());
    std::iota(by_id_.begin(), by_id_.end(), 0U);
    std::ranges::sort(by_id_, {}, [&](std::uint32_t seat) { return venue.seats[seat]; });
}

void SaleJudge::judge(const Exchange& exchange, const Answer& answer, Complaints& to) {
    if (turns_away(answer, to)) return;
    const bool is_reservation = exchange.ask.action == Action::reserve;
    switch (answer.status) {
        case 200:
            if (is_reservation) complain_of(answer, to);
            return;
        case 201:
            return is_reservation ? sold(exchange, answer, to) : complain_of(answer, to);
        case 409:
        case 422:
            return refused(exchange.ask, answer, to);
        default:
            complain_of(answer, to);
    }
}

void SaleJudge::refused(const Ask& ask, const Answer& answer, Complaints& to) {
    const auto code = code_of(answer.body);
    const auto refusal = std::ranges::find_if(ask.refusals, [&](Refusal expected) {
        const auto signs = signs_of(expected);
        return signs.status == answer.status && signs.code == code;
    });
    if (refusal == ask.refusals.end()) return complain_of(answer, to);
    switch (*refusal) {
        case Refusal::seat_unavailable:
        case Refusal::code_invalid:
            return;
        case Refusal::sold_out:
        case Refusal::not_together:
            return ledger_.refuse_group(ask.tickets);
        case Refusal::allocation_used_up:
            return ledger_.refuse_buyer(ask.buyer + 1);
    }
}

void SaleJudge::sold(const Exchange& exchange, const Answer& answer, Complaints& to) {
    const auto& ask = exchange.ask;
    if (!ask.may_be_sold)
        return to.add("held-back seats sold to buyers without a right code", answer.excerpt());
    const auto told = read_told(answer.body);
    const auto first = told ? first_seat_told(ask, *told) : std::nullopt;
    if (!first) {
        to.add("answers with 201 that are no reservation of what was asked for", answer.excerpt());
        return;
    }
    const Claim claim{
        .buyer = ask.buyer + 1,
        .sent = exchange.sent,
        .answered = exchange.answered,
        .created = told->created,
        .expires = told->expires,
    };
    if (auto wrong = ledger_.enter_buyer(claim.buyer, ask.tickets))
        to.add("tickets beyond what a buyer may have", std::move(*wrong));
    if (plan_.goods() == Goods::units) {
        if (auto wrong = ledger_.enter_units(ask.tickets))
            to.add("sales of more units than there are", std::move(*wrong));
    } else if (auto wrong = ledger_.enter(*first, ask.tickets, claim)) {
        to.add("seats that two buyers were told are theirs at the same time", std::move(*wrong));
    }
}

/// Returns the first of the reservation's neighbouring seats; for units, 0. Returns nothing if it
/// isn't what was asked for.
std::optional<std::uint32_t> SaleJudge::first_seat_told(const Ask& ask, const Told& told) const {
    const auto if_right = [](bool is_right, std::uint32_t first) {
        return is_right ? std::optional{first} : std::nullopt;
    };
    switch (plan_.goods()) {
        case Goods::seats:
        case Goods::held_back_seats:
            return if_right(
                has_just(told.seat_ids, seats(ask.first_seat, ask.tickets)), ask.first_seat
            );
        case Goods::units:
            return if_right(is_item(told.items, kCategory, ask.tickets), 0);
        case Goods::best_seats:
            break;
    }
    return group_told(ask, told.seat_ids);
}

/// Returns the first seat, if the list is as many neighbours in one row as were asked for.
std::optional<std::uint32_t> SaleJudge::group_told(const Ask& ask, std::string_view seat_ids)
    const {
    auto first = plan_.tickets();
    for (auto rest = seat_ids; const auto id = take_id(rest);) {
        const auto seat = find(*id);
        if (!seat) return std::nullopt;
        first = std::min(first, *seat);
    }
    const auto last = first + ask.tickets - 1;
    const bool is_right = last < plan_.tickets() && first / kSeatsOfRow == last / kSeatsOfRow &&
                          has_just(seat_ids, seats(first, ask.tickets));
    return is_right ? std::optional{first} : std::nullopt;
}

std::optional<std::uint32_t> SaleJudge::find(const SeatId& id) const {
    const auto id_of = [&](std::uint32_t seat) { return venue_.seats[seat]; };
    const auto found = std::ranges::lower_bound(by_id_, id, {}, id_of);
    if (found == by_id_.end() || id_of(*found) != id) return std::nullopt;
    return *found;
}

std::span<const SeatId> SaleJudge::seats(std::uint32_t first, std::uint32_t count) const {
    return std::span{venue_.seats}.subspan(first, count);
}

void ConstantJudge::judge(const Exchange&, const Answer& answer, Complaints& to) {
    if (answer.status != 201) complain_of(answer, to);
}

}  // namespace frontrow::bench
