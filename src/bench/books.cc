#include "bench/books.h"

#include "bench/venue.h"
#include "bench/words.h"

#include <algorithm>
#include <iterator>

namespace frontrow::bench {
namespace {

/// The largest group for which there was still place when the load had ended.
std::uint64_t group_left(const Books& books) {
    if (books.plan.goods() == Goods::best_seats) return books.ledger.longest_free_run(kSeatsOfRow);
    return books.plan.tickets() -
           std::min<std::uint64_t>(books.ledger.tickets_sold(), books.plan.tickets());
}

/// Tickets only become fewer during a load without ending holds. So a refused group didn't fit
/// afterwards either, and a buyer who had enough tickets has them still.
std::vector<std::string> wrong_refusals(const Books& books) {
    std::vector<std::string> wrongs;
    if (const auto refused = books.ledger.least_refused()) {
        if (const auto left = group_left(books); *refused <= left) {
            wrongs.push_back(
                "a request for " + in_words(*refused) + " of the " +
                std::string{in_words(books.plan.goods())} + " was refused, although " +
                in_words(left) + (books.plan.goods() == Goods::units ? "" : " together") +
                " were left afterwards"
            );
        }
    }
    if (const auto early = books.ledger.buyers_refused_early(); early > 0) {
        wrongs.push_back(
            in_words(early) +
            " buyers were refused for having as many tickets as a buyer may "
            "have, and had been told of fewer"
        );
    }
    return wrongs;
}

}  // namespace

std::vector<std::string> wrongs_of_load(const LoadResult& load, const Schedule& schedule) {
    auto wrongs = load.total.complaints.sentences();
    if (load.total.answered() == 0) wrongs.emplace_back("not one request was answered");
    if (schedule.is_open_loop() && load.total.sent < schedule.intended()) {
        wrongs.push_back(
            "the load could not be sent: of " + in_words(schedule.intended()) +
            " requests that were due, " + in_words(load.total.sent) +
            " were sent; use more connections or a lower rate"
        );
    }
    return wrongs;
}

std::vector<std::string> wrongs_of(const Books& books) {
    auto wrongs = wrongs_of_load(books.load, books.schedule);
    const auto sold = books.ledger.tickets_sold();
    const bool runs_out = books.plan.scenario() == Scenario::expiry;
    const auto returned = books.money == nullptr ? 0 : books.money->returned();
    const auto taken = books.free_before - books.free_after;
    const std::string goods{in_words(books.plan.goods())};
    if (sold == 0) {
        const bool has_limits = books.load.total.answers[429] > 0;
        wrongs.push_back(
            "none of the " + goods + " were sold" +
            (has_limits ? "; the server limits its callers: start it with --limits off" : "")
        );
    }
    if (books.free_before != books.plan.tickets()) {
        wrongs.push_back(
            "the event was to have " + in_words(books.plan.tickets()) + " free " + goods +
            " before the load, and the server counted " + in_words(books.free_before)
        );
    }
    if (const auto expected = runs_out ? 0 : sold - returned; taken != expected) {
        wrongs.push_back(
            "the books don't agree: buyers were told of " + in_words(expected) + " " + goods +
            (runs_out ? " that are still theirs" : "") + ", and by the server's count " +
            in_words(taken) + " are taken"
        );
    }
    if (runs_out && books.ledger.times_sold_again() == 0) {
        wrongs.emplace_back(
            "no seat was sold again after its hold had run out: let the load last longer than the "
            "hold of " +
            std::to_string(books.plan.hold().count()) + " s"
        );
    }
    const auto& answers = books.load.total.answers;
    if (books.plan.scenario() == Scenario::same_seat && answers[429] + answers[503] == 0 &&
        books.load.total.answered() >= books.plan.tickets() && sold < books.plan.tickets()) {
        wrongs.push_back(
            "everybody wanted the same " + in_words(books.plan.tickets()) + " seats, and only " +
            in_words(sold) + " were sold"
        );
    }
    std::ranges::move(wrong_refusals(books), std::back_inserter(wrongs));
    if (books.money != nullptr)
        std::ranges::move(books.money->differences(books.server_money), std::back_inserter(wrongs));
    return wrongs;
}

}  // namespace frontrow::bench
