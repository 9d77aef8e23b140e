#include "domain/audit.h"

#include <algorithm>

namespace frontrow::domain {
namespace {

constexpr std::size_t kViolationsKept = 100;

std::string user_key(EventId event, const std::string& user) {
    return event.to_string() + user;
}

}  // namespace

void Audit::observe(const Fact& fact) {
    expect(fact, fact.seq > last_seq_, "the sequence went backwards");
    expect(fact, fact.seq == last_seq_ + 1 || !is_one_chain_, "the sequence has a gap");
    expect(fact, fact.at >= last_at_ || !is_one_chain_, "time went backwards");
    last_seq_ = fact.seq;
    ++totals_.facts;
    last_at_ = std::max(last_at_, fact.at);
    std::visit([&](const auto& body) { judge(fact, body); }, fact.body);
}

void Audit::judge(const Fact& fact, const EventCreated& body) {
    const bool is_new = events_.emplace(fact.event, EventTruth{.spec = body.spec}).second;
    expect(fact, is_new, "an event was created twice");
    ++totals_.events;
}

void Audit::judge(const Fact& fact, const EventUpdated& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    const bool terms_stand =
        truth->spec.currency == body.spec.currency && truth->spec.payment == body.spec.payment;
    expect(
        fact,
        terms_stand || truth->seats_held == 0 || truth->seats_held == seats_run_out(fact),
        "the terms of held or sold seats changed"
    );
    truth->spec = body.spec;
}

void Audit::judge(const Fact& fact, const EventDeleted&) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    expect(fact, truth->seats_held == 0, "an event with held or sold seats was deleted");
    truth->is_deleted = true;
}

void Audit::judge(const Fact& fact, const SeatsAdded& body) {
    if (event(fact) == nullptr) return;
    std::uint64_t index = 0;
    for (const auto& seat : body.block->seats) {
        const auto id = body.block->first_id.plus(index++);
        const bool is_new =
            seats_.emplace(id, SeatTruth{.event = fact.event, .price = seat.price}).second;
        expect(fact, is_new, "a seat was created twice");
    }
    totals_.seats += index;
}

void Audit::judge(const Fact& fact, const ReservationHeld& body) {
    judge_terms(fact, body);
    Amount total = 0;
    for (const auto id : body.seats)
        take_seat(fact, body, id, total);
    expect(fact, total == body.total_amount, "the amount isn't the sum of the seats' prices");

    HoldTruth hold{
        .event = fact.event,
        .user = body.user,
        .seats = body.seats,
        .held_at = fact.at,
        .first_expires_at = body.expires_at,
        .expires_at = body.expires_at,
    };
    const bool is_new = holds_.emplace(body.reservation, std::move(hold)).second;
    expect(fact, is_new, "a reservation was made twice");
    const auto [request, is_first] = requests_.try_emplace(body.request.key, fact.at);
    expect(
        fact,
        is_first || request->second + kRequestMemory <= fact.at,
        "one request made two reservations"
    );
    request->second = fact.at;
    ++totals_.reservations;
}

void Audit::judge_terms(const Fact& fact, const ReservationHeld& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    const auto& spec = truth->spec;
    const auto seats = static_cast<std::int64_t>(body.seats.size());
    auto& of_user = seats_by_user_[user_key(fact.event, body.user)];
    of_user += seats;
    truth->seats_held += seats;
    expect(
        fact,
        seats > 0 && seats <= spec.max_seats_per_reservation,
        "a reservation has more seats than allowed"
    );
    expect(
        fact,
        !spec.max_seats_per_user || of_user <= *spec.max_seats_per_user ||
            of_user - seats_run_out(fact, &body.user) <= *spec.max_seats_per_user,
        "a user has more seats than allowed"
    );
    expect(
        fact,
        !spec.sales_start_at || fact.at >= *spec.sales_start_at,
        "a seat was held before sales opened"
    );
    expect(fact, fact.at < spec.start_at, "a seat was held after sales closed");
    const auto length = body.expires_at - fact.at;
    expect(fact, length > Millis{0} && length <= spec.hold, "a hold is longer than allowed");
}

void Audit::take_seat(const Fact& fact, const ReservationHeld& body, SeatId id, Amount& total) {
    const auto found = seats_.find(id);
    expect(
        fact,
        found != seats_.end() && found->second.event == fact.event,
        "a seat was held that the event doesn't have"
    );
    if (found == seats_.end()) return;
    auto& seat = found->second;
    expect(fact, !seat.is_sold, "a sold seat was held again");
    expect(fact, !seat.is_held, "a seat was held for two buyers at once");
    seat.is_held = true;
    seat.holder = body.reservation;
    total += seat.price;
}

void Audit::judge(const Fact& fact, const ReservationConfirmed& body) {
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at < hold->expires_at, "a hold was confirmed after it had run out");
    for (const auto id : hold->seats) {
        auto& seat = seats_[id];
        expect(fact, !seat.is_sold, "a seat was sold twice");
        expect(
            fact,
            seat.is_held && seat.holder == body.reservation,
            "a seat was sold to somebody who didn't hold it"
        );
        seat.is_sold = true;
    }
    hold->status = ReservationStatus::confirmed;
    totals_.seats_sold += hold->seats.size();
    ++totals_.confirmed;
}

void Audit::judge(const Fact& fact, const ReservationCancelled& body) {
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at < hold->expires_at, "a hold was cancelled after it had run out");
    hold->status = ReservationStatus::cancelled;
    free_seats(fact, body.reservation, *hold);
}

void Audit::judge(const Fact& fact, const ReservationExpired& body) {
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at >= hold->expires_at, "a hold was ended before its time");
    hold->status = ReservationStatus::expired;
    free_seats(fact, body.reservation, *hold);
}

void Audit::judge(const Fact& fact, const ReservationExtended& body) {
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at < hold->expires_at, "a hold was extended after it had run out");
    expect(fact, body.expires_at > hold->expires_at, "an extension made a hold shorter");
    const auto length_max = kHoldLengthsMax * (hold->first_expires_at - hold->held_at);
    expect(fact, body.expires_at - hold->held_at <= length_max, "a hold was extended for too long");
    hold->expires_at = body.expires_at;
}

void Audit::judge(const Fact& fact, const ApiKeyCreated& body) {
    expect(fact, api_keys_.emplace(body.key, true).second, "an API key was made twice");
}

void Audit::judge(const Fact& fact, const ApiKeyRevoked& body) {
    const auto found = api_keys_.find(body.key);
    const bool was_in_force = found != api_keys_.end() && found->second;
    expect(fact, was_in_force, "an API key was revoked that wasn't in force");
    if (was_in_force) found->second = false;
}

void Audit::free_seats(const Fact& fact, ReservationId id, HoldTruth& hold) {
    for (const auto seat_id : hold.seats) {
        auto& seat = seats_[seat_id];
        expect(fact, !seat.is_sold, "a sold seat was freed");
        expect(fact, seat.is_held && seat.holder == id, "another buyer's seat was freed");
        seat.is_held = false;
    }
    const auto seats = static_cast<std::int64_t>(hold.seats.size());
    seats_by_user_[user_key(hold.event, hold.user)] -= seats;
    events_[hold.event].seats_held -= seats;
}

std::int64_t Audit::seats_run_out(const Fact& fact, const std::string* user) const {
    std::int64_t seats = 0;
    for (const auto& [id, hold] : holds_) {
        const bool ran_out =
            hold.status == ReservationStatus::pending && hold.expires_at <= fact.at;
        if (ran_out && hold.event == fact.event && (user == nullptr || hold.user == *user))
            seats += static_cast<std::int64_t>(hold.seats.size());
    }
    return seats;
}

Audit::HoldTruth* Audit::pending(const Fact& fact, ReservationId id) {
    const auto found = holds_.find(id);
    const bool is_pending =
        found != holds_.end() && found->second.status == ReservationStatus::pending;
    expect(fact, is_pending, "a reservation changed that wasn't pending");
    if (!is_pending) return nullptr;
    expect(fact, found->second.event == fact.event, "a reservation changed under another event");
    return &found->second;
}

Audit::EventTruth* Audit::event(const Fact& fact) {
    const auto found = events_.find(fact.event);
    const bool exists = found != events_.end() && !found->second.is_deleted;
    expect(fact, exists, "the event doesn't exist");
    return exists ? &found->second : nullptr;
}

void Audit::expect(const Fact& fact, bool holds, std::string_view otherwise) {
    if (!holds && violations_.size() < kViolationsKept)
        violations_.push_back({fact.seq, std::string{otherwise}});
}

}  // namespace frontrow::domain
