#include "crash/crowd.h"

#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace frontrow::test {

using domain::Reason;

void Crowd::send(std::size_t requests) {
    for (std::size_t i = 0; i < requests; ++i) {
        machine_.clock.advance(Millis{random_() % 20'000});
        Wish* wish = nullptr;
        auto command = think(wish);
        in_the_air_.push_back({wish, command, machine_.start_command(command)});
    }
    run_ready(machine_.io);
}

domain::Command Crowd::think(Wish*& wish) {
    const auto kind = random_() % 100;
    if (kind < 55 || wishes_.empty()) {
        domain::SeatIds seats;
        const auto first = random_() % seats_;
        const auto last = std::min<std::uint64_t>(first + random_() % 4, seats_ - 1);
        for (auto seat = first; seat <= last; ++seat)
            seats.push_back(machine_.seat(seat));
        const auto user = "buyer-" + std::to_string(random_() % 20);
        auto request = machine_.sale.reserve(event_, user, std::move(seats));
        wish = &wishes_.emplace_back(Wish{request, {}, {std::nullopt}});
        return request;
    }
    // Mostly a recent one, whose hold still runs.
    const auto recent = std::min<std::size_t>(wishes_.size(), 20);
    wish = &wishes_[wishes_.size() - 1 - random_() % recent];
    const auto id = wish->told ? wish->told->id : wish->request.reservation;
    const auto& user = wish->request.user;
    if (kind < 65) return wish->request;
    if (kind < 82) return domain::ConfirmReservation{id, user};
    if (kind < 94) return domain::CancelReservation{id, user};
    return domain::ExtendReservation{id, user, std::chrono::seconds{60}};
}

void Crowd::hear_answers() {
    for (auto& request : in_the_air_)
        hear(request);
    in_the_air_.clear();
}

void Crowd::hear(Request& request) {
    auto& wish = *request.wish;
    const auto answer = request.answer.get();
    if (!answer) {
        ASSERT_EQ(answer.error().kind, io::FaultKind::outcome_unknown) << answer.error().what;
        ++unknown_;
        if (std::holds_alternative<domain::ReserveSeats>(request.command))
            wish.possible.insert(Status::pending);
        // An unanswered confirm may also have confirmed a reservation whose answer was lost.
        if (std::holds_alternative<domain::ConfirmReservation>(request.command))
            wish.possible.insert(Status::confirmed);
        if (std::holds_alternative<domain::CancelReservation>(request.command))
            wish.possible.insert(Status::cancelled);
        return;
    }
    ++told_;
    const auto& outcome = *answer;
    if (!outcome) return hear_refusal(wish, request.command, outcome.error().reason);
    hear_accepted(wish, std::get<domain::Reservation>(outcome->entity), outcome->replayed);
}

void Crowd::hear_accepted(Wish& wish, const domain::Reservation& now, bool replayed) {
    if (replayed) {
        // A replay returns the first answer, even if that one was lost.
        EXPECT_EQ(now.status, Status::pending);
        if (wish.told) EXPECT_EQ(now.id, wish.told->id);
        if (wish.told) return;
        wish.possible.erase(std::nullopt);
        wish.told = now;
        return;
    }
    wish.told = now;
    wish.possible = {now.status};
}

void Crowd::hear_refusal(Wish& wish, const domain::Command& command, Reason reason) {
    if (std::holds_alternative<domain::ReserveSeats>(command)) {
        EXPECT_FALSE(wish.told) << "a key that had made a reservation was refused";
        return;
    }
    switch (reason) {
        case Reason::reservation_not_found:
            EXPECT_TRUE(wish.possible.contains(std::nullopt));
            wish.possible = {std::nullopt};
            break;
        case Reason::reservation_confirmed:
            wish.possible = {Status::confirmed};
            break;
        case Reason::reservation_cancelled:
            wish.possible = {Status::cancelled};
            break;
        case Reason::hold_expired:
            wish.possible = {Status::expired};
            break;
        default:
            EXPECT_EQ(reason, Reason::extension_too_long);
    }
}

Crowd::Status Crowd::by_the_clock(Status status, Instant expires_at) const {
    const bool has_run_out = status == Status::pending && expires_at <= machine_.clock.now();
    return has_run_out ? Status::expired : status;
}

void Crowd::expect_kept() {
    for (auto& wish : wishes_)
        expect_kept(wish);
}

void Crowd::expect_kept(Wish& wish) {
    const auto id = wish.told ? wish.told->id : wish.request.reservation;
    const auto found =
        run(machine_.io, machine_.store().read(domain::read_reservation, id, wish.request.user));
    ASSERT_TRUE(found) << found.error().what;
    const auto& now = *found;
    if (!now) {
        EXPECT_TRUE(wish.possible.contains(std::nullopt)) << "a reservation is lost";
        wish.possible = {std::nullopt};
        return;
    }
    std::set<std::optional<Status>> possible;
    for (const auto& status : wish.possible)
        possible.insert(status ? std::optional{by_the_clock(*status, now->expires_at)} : status);
    EXPECT_TRUE(possible.contains(now->status))
        << "a reservation is " << static_cast<int>(now->status);
    EXPECT_EQ(now->seats, wish.request.seats);
    if (wish.told) {
        EXPECT_EQ(now->total_amount, wish.told->total_amount);
        EXPECT_EQ(now->created_at, wish.told->created_at);
        EXPECT_GE(now->expires_at, wish.told->expires_at);
    }
    wish.told = *now;
    wish.possible = {now->status};
}

domain::Audit audit_journal_of(const OneMachine& machine) {
    using store::sqlite::DataFolder;
    using store::sqlite::Journal;
    domain::Audit audit;
    auto journal =
        Journal::open(DataFolder::journal_of(machine.folder.path()), {.read_only = true});
    EXPECT_TRUE(journal && journal->replay([&](const auto& fact) { audit.observe(fact); }));
    for (const auto& violation : audit.violations())
        ADD_FAILURE() << "fact " << violation.seq << ": " << violation.what;
    return audit;
}

}  // namespace frontrow::test
