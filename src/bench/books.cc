#include "bench/books.h"

#include "bench/words.h"

namespace frontrow::bench {

std::vector<std::string> wrongs_of_load(const LoadResult& load, const Schedule& schedule) {
    std::vector<std::string> wrongs;
    for (const auto& [kind, complaint] : load.total.complaints.kinds())
        wrongs.push_back(
            in_words(complaint.count) + " × " + kind + "; the first: " + complaint.example
        );
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
    const auto sold = books.ledger.seats_sold();
    const bool runs_out = books.plan.scenario() == Scenario::expiry;
    const auto taken = books.free_before - books.free_after;
    if (sold == 0) wrongs.emplace_back("not one seat was sold");
    if (books.free_before != books.plan.seats()) {
        wrongs.push_back(
            "the event was to have " + in_words(books.plan.seats()) +
            " free seats before the load, and the server counted " + in_words(books.free_before)
        );
    }
    if (const auto expected = runs_out ? 0 : sold; taken != expected) {
        wrongs.push_back(
            "the books don't agree: buyers were told of " + in_words(expected) +
            (runs_out ? " seats that are still theirs" : " seats") +
            ", and by the server's count " + in_words(taken) + " are taken"
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
        books.load.total.answered() >= books.plan.seats() && sold < books.plan.seats()) {
        wrongs.push_back(
            "everybody wanted the same " + in_words(books.plan.seats()) + " seats, and only " +
            in_words(sold) + " were sold"
        );
    }
    return wrongs;
}

}  // namespace frontrow::bench
