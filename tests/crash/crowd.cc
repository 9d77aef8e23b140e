#include "crash/crowd.h"

#include "domain/audit.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace frontrow::test {

using domain::Reason;

namespace {

constexpr auto kFloor = "Floor";
constexpr Amount kFloorPrice = 3'000;
constexpr Amount kSeatPrice = 5'000;
constexpr Bits128 kCode{7, 7};

}  // namespace

Crowd::Crowd(OneMachine& machine, EventId event, std::size_t seats, std::uint64_t seed)
    : machine_{machine}, event_{event}, seats_{seats}, random_{seed} {
    const auto by = Sale::organizer();
    const domain::Allocation guests{
        .name = "Guests", .category = kFloor, .quantity = 12, .limit = 10, .codes = {kCode}
    };
    // It ends while the crowd buys.
    const domain::Allocation presale{
        .name = "Presale",
        .seats = {machine_.seat(0), machine_.seat(1), machine_.seat(2)},
        .until = machine_.clock.now() + std::chrono::minutes{10},
        .codes = {Bits128{7, 8}},
    };
    EXPECT_TRUE(machine_.execute(domain::AddCategory{event_, by, {kFloor, kFloorPrice, 40}}));
    for (const auto& allocation : {guests, presale})
        EXPECT_TRUE(machine_.execute(domain::AddAllocation{event_, by, allocation}));
}

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
        auto request = want();
        wish = &wishes_.emplace_back(
            Wish{.request = request, .possible = {std::nullopt}, .claims = {claim_of(request)}}
        );
        return request;
    }
    // Mostly a recent one, whose hold still runs.
    const auto recent = std::min<std::size_t>(wishes_.size(), 20);
    wish = &wishes_[wishes_.size() - 1 - random_() % recent];
    const auto id = wish->told ? wish->told->id : wish->request.reservation;
    const auto& user = wish->request.user;
    if (kind < 65) return wish->request;
    if (kind < 82) return domain::ConfirmReservation{id, user};
    if (kind < 90) return domain::CancelReservation{id, user};
    if (kind < 96 && wish->told && !wish->is_changing) return change(*wish);
    return domain::ExtendReservation{id, user, std::chrono::seconds{60}};
}

domain::ReserveSeats Crowd::want() {
    domain::SeatIds seats;
    const auto first = random_() % seats_;
    const auto last = std::min<std::uint64_t>(first + random_() % 4, seats_ - 1);
    const bool wants_units = random_() % 3 == 0;
    const bool wants_seats = !wants_units || random_() % 2 == 0;
    for (auto seat = first; wants_seats && seat <= last; ++seat)
        seats.push_back(machine_.seat(seat));
    const auto user = "buyer-" + std::to_string(random_() % 20);
    auto request = machine_.sale.reserve(event_, user, std::move(seats));
    if (wants_units) request.items = {{kFloor, static_cast<std::uint32_t>(1 + random_() % 3)}};
    if (random_() % 3 == 0) request.access_code = Bits128{7, 7 + random_() % 2};
    return request;
}

domain::Command Crowd::change(Wish& wish) {
    const auto& seats = wish.told->seats;
    domain::ChangeReservation command{.reservation = wish.told->id, .user = wish.request.user};
    if (!wish.told->items.empty() && random_() % 2 == 0) command.remove_items = {{kFloor, 1}};
    if (seats.size() > 1 && random_() % 2 == 0) command.remove_seats = {seats.front()};
    if (random_() % 2 == 0) command.add_seats = {machine_.seat(random_() % seats_)};
    const bool is_empty =
        command.remove_items.empty() && command.remove_seats.empty() && command.add_seats.empty();
    if (is_empty) command.add_items = {{kFloor, 1}};
    wish.is_changing = true;
    return command;
}

template <class Some>
Crowd::Claim Crowd::claim_of(const Some& some) {
    Claim claim{.seats = some.seats, .units = domain::units_of(some.items)};
    std::ranges::sort(claim.seats);
    return claim;
}

Crowd::Claim Crowd::changed_by(Claim claim, const domain::ChangeReservation& change) {
    for (const auto seat : change.remove_seats)
        claim.seats.erase(std::ranges::find(claim.seats, seat));
    for (const auto seat : change.add_seats)
        claim.seats.push_back(seat);
    std::ranges::sort(claim.seats);
    claim.units += domain::units_of(change.add_items) - domain::units_of(change.remove_items);
    return claim;
}

void Crowd::hear_answers() {
    for (auto& request : in_the_air_)
        hear(request);
    in_the_air_.clear();
}

void Crowd::hear(Request& request) {
    auto& wish = *request.wish;
    const auto answer = request.answer.get();
    if (const auto* change = std::get_if<domain::ChangeReservation>(&request.command))
        hear_change(wish, *change, answer);
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

/// Learns what the reservation has now, or may have.
void Crowd::hear_change(Wish& wish, const domain::ChangeReservation& change, const Answer& answer) {
    wish.is_changing = false;
    if (answer && !*answer) return;
    const auto after = changed_by(wish.claims.front(), change);
    if (!answer) return wish.claims.push_back(after);
    EXPECT_EQ(after, claim_of(std::get<domain::Reservation>((*answer)->entity)));
    wish.claims = {after};
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
    const bool is_change = std::holds_alternative<domain::ChangeReservation>(command);
    switch (reason) {
        case Reason::seats_unavailable:
        case Reason::sold_out:
        case Reason::allocation_used_up:
        case Reason::seat_named_twice:
        case Reason::too_many_seats:
        case Reason::nothing_left:
            EXPECT_TRUE(is_change);
            break;
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
    const auto claim = claim_of(*now);
    EXPECT_NE(std::ranges::find(wish.claims, claim), wish.claims.end())
        << "it has other seats or units";
    EXPECT_EQ(
        now->total_amount,
        kSeatPrice * std::ssize(claim.seats) + kFloorPrice * static_cast<Amount>(claim.units)
    );
    wish.claims = {claim};
    if (wish.told) {
        EXPECT_EQ(now->created_at, wish.told->created_at);
        EXPECT_GE(now->expires_at, wish.told->expires_at);
    }
    wish.told = *now;
    wish.possible = {now->status};
}

FactCounts audit_journal_of(const OneMachine& machine) {
    using store::sqlite::DataFolder;
    using store::sqlite::Journal;
    domain::Audit audit;
    FactCounts facts{};
    auto journal =
        Journal::open(DataFolder::journal_of(machine.folder.path()), {.read_only = true});
    EXPECT_TRUE(journal && journal->replay([&](const domain::Fact& fact) {
        audit.observe(fact);
        ++facts[fact.body.index()];
    }));
    for (const auto& violation : audit.violations())
        ADD_FAILURE() << "fact " << violation.seq << ": " << violation.what;
    return facts;
}

}  // namespace frontrow::test
