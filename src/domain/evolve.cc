#include "domain/evolve.h"

#include "base/check.h"

#include <algorithm>

namespace frontrow::domain {

/// The one hand that writes an inventory's rows.
class Evolution {
public:
    Evolution(Inventory& inventory, const Fact& fact) : inventory_{inventory}, fact_{fact} {}

    void run() {
        CHECK(fact_.seq > inventory_.last_seq_);
        inventory_.last_seq_ = fact_.seq;
        // Facts that don't touch each other may have been judged in the other order.
        inventory_.last_at_ = std::max(inventory_.last_at_, fact_.at);
        std::visit([this](const auto& body) { apply(body); }, fact_.body);
        if (fact_.event == EventId{}) return;
        auto& row = event_row();
        row.last_seq = fact_.seq;
        row.last_at = fact_.at;
    }

private:
    using EventRow = Inventory::EventRow;
    using ReservationRow = Inventory::ReservationRow;

    void apply(const EventCreated& body);
    void apply(const EventUpdated& body);
    void apply(const EventDeleted& body);
    void apply(const SeatsAdded& body);
    void apply(const ReservationHeld& body);
    void apply(const ReservationConfirmed& body);
    void apply(const ReservationCancelled& body) {
        release(body.reservation, ReservationStatus::cancelled);
    }
    void apply(const ReservationExpired& body) {
        release(body.reservation, ReservationStatus::expired);
    }
    void apply(const ReservationExtended& body);
    void apply(const ApiKeyCreated& body);
    void apply(const ApiKeyRevoked& body) {
        inventory_.api_keys_.revoke(body.key, fact_.at, fact_.seq);
    }

    void release(ReservationId id, ReservationStatus status);
    ReservationIndex find_pending(ReservationId id) const;
    UserIndex user_index(const std::string& sub);
    void forget_old_requests();

    EventRow& event_row() {
        if (event_row_ == nullptr) {
            const auto found = inventory_.events_by_id_.find(fact_.event);
            CHECK(found != inventory_.events_by_id_.end());
            event_row_ = &inventory_.events_[found->second];
        }
        return *event_row_;
    }

    Inventory& inventory_;
    const Fact& fact_;
    EventRow* event_row_ = nullptr;
};

void Evolution::apply(const EventCreated& body) {
    const auto index = static_cast<EventIndex>(inventory_.events_.size());
    auto& row = inventory_.events_.emplace_back();
    row.index = index;
    row.event = Event{
        .id = fact_.event,
        .spec = body.spec,
        .created_by = body.created_by,
        .created_at = fact_.at,
        .updated_at = fact_.at,
    };
    inventory_.enter_event(row);
    inventory_.events_seq_ = fact_.seq;
}

void Evolution::apply(const EventUpdated& body) {
    auto& row = event_row();
    CHECK(!row.deleted);
    inventory_.by_start_.erase({row.event.spec.start_at, row.index});
    inventory_.by_start_.emplace(body.spec.start_at, row.index);
    row.event.spec = body.spec;
    row.event.updated_at = fact_.at;
    ++row.event.version;
    inventory_.events_seq_ = fact_.seq;
}

void Evolution::apply(const EventDeleted&) {
    auto& row = event_row();
    CHECK(!row.deleted && row.counts.reserved + row.counts.confirmed + row.lapsed == 0);
    inventory_.delete_event(row);
    inventory_.events_seq_ = fact_.seq;
}

void Evolution::apply(const SeatsAdded& body) {
    auto& row = event_row();
    CHECK(!row.deleted && !body.block->seats.empty());
    row.blocks.push_back(body.block);
    inventory_.enter_block(row, *body.block);
}

void Evolution::apply(const ReservationHeld& body) {
    auto& event = event_row();
    CHECK(!event.deleted && !body.seats.empty() && body.expires_at > fact_.at);
    const auto index = static_cast<ReservationIndex>(inventory_.reservations_.size());
    auto& row = inventory_.reservations_.emplace_back(ReservationRow{
        .id = body.reservation,
        .event = event.index,
        .user = user_index(body.user),
        .seats = {},
        .status = ReservationStatus::pending,
        .currency = event.event.spec.currency,
        .hold_ms = (body.expires_at - fact_.at).count(),
        .total_amount = body.total_amount,
        .created_at = fact_.at,
        .expires_at = body.expires_at,
        .confirmed_at = {},
        .request = body.request,
    });
    row.seats.reserve(body.seats.size());
    for (const auto id : body.seats) {
        const auto place = inventory_.find_seat(id);
        CHECK(place && place->event == event.index);
        row.seats.push_back(place->seat);
    }
    inventory_.enter_reservation(index);
    forget_old_requests();
    inventory_.enter_request(index);
}

void Evolution::apply(const ReservationConfirmed& body) {
    const auto index = find_pending(body.reservation);
    auto& row = inventory_.reservations_[index];
    CHECK(row.expires_at > fact_.at && !inventory_.has_lapsed(row));
    auto& event = inventory_.events_[row.event];
    const auto seats = static_cast<std::uint32_t>(row.seats.size());
    row.status = ReservationStatus::confirmed;
    row.confirmed_at = fact_.at;
    for (const auto seat : row.seats)
        Inventory::set_status(event, seat, SeatStatus::confirmed);
    event.counts.reserved -= seats;
    event.counts.confirmed += seats;
    --inventory_.pending_count_;
    ++inventory_.confirmed_count_;
    inventory_.drop_dead_ends();
}

void Evolution::apply(const ReservationExtended& body) {
    const auto index = find_pending(body.reservation);
    auto& row = inventory_.reservations_[index];
    CHECK(row.expires_at > fact_.at && body.expires_at > row.expires_at);
    CHECK(!inventory_.has_lapsed(row));
    row.expires_at = body.expires_at;
    inventory_.hold_ends_.add({row.expires_at, index});
    inventory_.drop_dead_ends();
}

void Evolution::apply(const ApiKeyCreated& body) {
    inventory_.api_keys_.add(
        ApiKey{
            .id = body.key,
            .name = body.name,
            .role = body.role,
            .prefix = body.prefix,
            .digest = body.digest,
            .created_by = body.created_by,
            .created_at = fact_.at,
            .revoked_at = std::nullopt,
        },
        fact_.seq
    );
}

void Evolution::release(ReservationId id, ReservationStatus status) {
    const auto index = find_pending(id);
    auto& row = inventory_.reservations_[index];
    CHECK((row.expires_at <= fact_.at) == (status == ReservationStatus::expired));
    auto& event = inventory_.events_[row.event];
    if (inventory_.has_lapsed(row)) {
        event.lapsed -= static_cast<std::uint32_t>(row.seats.size());
        --inventory_.lapsed_count_;
    } else {
        inventory_.free_seats(row);
    }
    for (const auto seat : row.seats) {
        CHECK(event.holders[seat] == index);
        event.holders[seat] = kNobody;
    }
    row.status = status;
    --inventory_.pending_count_;
    inventory_.drop_dead_ends();
}

ReservationIndex Evolution::find_pending(ReservationId id) const {
    const auto index = inventory_.index_of(id);
    CHECK(index != kNobody);
    const auto& row = inventory_.reservations_[index];
    CHECK(row.status == ReservationStatus::pending);
    CHECK(inventory_.events_[row.event].event.id == fact_.event);
    return index;
}

UserIndex Evolution::user_index(const std::string& sub) {
    if (const auto known = inventory_.index_of_user(sub); known != kNobody) return known;
    const auto index = static_cast<UserIndex>(inventory_.users_.size());
    inventory_.users_.push_back({.sub = sub, .reservations = {}, .seats = {}});
    inventory_.users_by_sub_.insert(std::string_view{sub}, index);
    return index;
}

/// Every new request lets at most two old ones go, so that no request pays for many.
void Evolution::forget_old_requests() {
    for (int i = 0; i < 2 && inventory_.requests_from_ < inventory_.reservations_.size(); ++i) {
        const auto& row = inventory_.reservations_[inventory_.requests_from_];
        if (row.created_at + kRequestMemory > fact_.at) return;
        // The key may have been used anew since.
        if (inventory_.index_of_request(row.request.key) == inventory_.requests_from_)
            inventory_.requests_.erase(row.request.key, inventory_.requests_from_);
        ++inventory_.requests_from_;
    }
}

void evolve(Inventory& inventory, const Fact& fact) {
    Evolution{inventory, fact}.run();
}

}  // namespace frontrow::domain
