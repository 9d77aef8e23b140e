#include "domain/evolve.h"

#include "base/check.h"
#include "domain/digest_fields.h"

#include <algorithm>

namespace frontrow::domain {

/// The one hand that writes an inventory's rows.
class Evolution {
public:
    Evolution(Inventory& inventory, const Fact& fact) : inventory_{inventory}, fact_{fact} {}

    void run() {
        CHECK(fact_.seq > inventory_.last_seq());
        auto& newest = inventory_.newest_.change();
        newest.seq = fact_.seq;
        newest.at = fact_.at;
        std::visit([this](const auto& body) { apply(body); }, fact_.body);
        if (fact_.event == EventId{}) return;
        event_row().last.set({.seq = fact_.seq, .at = fact_.at});
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

    /// To change its parts; what isn't one is changed through the table.
    EventRow& event_row() {
        if (event_row_ == nullptr) {
            const auto index = inventory_.index_of(fact_.event);
            CHECK(index != kNobody);
            event_row_ = &inventory_.events_.parts_of(index);
        }
        return *event_row_;
    }

    Inventory& inventory_;
    const Fact& fact_;
    EventRow* event_row_ = nullptr;
};

void Evolution::apply(const EventCreated& body) {
    auto& events = inventory_.events_;
    const auto index = events.add(
        inventory_.log_,
        events.end(),
        Event{
            .id = fact_.event,
            .spec = body.spec,
            .created_by = body.created_by,
            .created_at = fact_.at,
            .updated_at = fact_.at,
        }
    );
    inventory_.enter_event(events.parts_of(index));
    inventory_.newest_.change().events_seq = fact_.seq;
}

void Evolution::apply(const EventUpdated& body) {
    auto& row = event_row();
    CHECK(!row.deleted);
    inventory_.by_start_.erase({row.event.spec.start_at, row.index});
    inventory_.by_start_.insert({body.spec.start_at, row.index}, {});
    auto event = row.event;
    event.spec = body.spec;
    event.updated_at = fact_.at;
    ++event.version;
    inventory_.events_.replace(row.index, &EventRow::event, std::move(event));
    inventory_.newest_.change().events_seq = fact_.seq;
}

void Evolution::apply(const EventDeleted&) {
    auto& row = event_row();
    const auto& counts = row.counts.get();
    CHECK(!row.deleted && counts.reserved + counts.confirmed + row.lapsed.get() == 0);
    inventory_.delete_event(row);
    inventory_.newest_.change().events_seq = fact_.seq;
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
    ReservationRow row{
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
    };
    row.seats.reserve(body.seats.size());
    for (const auto id : body.seats) {
        const auto place = inventory_.find_seat(id);
        CHECK(place && place->event == event.index);
        row.seats.push_back(place->seat);
    }
    const auto index = inventory_.reservations_.add(std::move(row));
    inventory_.enter_reservation(index);
    forget_old_requests();
    inventory_.enter_request(index);
}

void Evolution::apply(const ReservationConfirmed& body) {
    const auto index = find_pending(body.reservation);
    const auto& row = inventory_.reservations_[index];
    CHECK(row.expires_at > fact_.at && !inventory_.has_lapsed(row));
    auto& event = event_row();
    const auto seats = static_cast<std::uint32_t>(row.seats.size());
    inventory_.reservations_.change(index, &ReservationRow::status) = ReservationStatus::confirmed;
    inventory_.reservations_.change(index, &ReservationRow::confirmed_at) = fact_.at;
    for (const auto seat : row.seats)
        Inventory::set_status(event, seat, SeatStatus::confirmed);
    auto& counts = event.counts.change();
    counts.reserved -= seats;
    counts.confirmed += seats;
    auto& totals = inventory_.totals_.change();
    --totals.pending;
    ++totals.confirmed;
    inventory_.drop_dead_ends();
}

void Evolution::apply(const ReservationExtended& body) {
    const auto index = find_pending(body.reservation);
    const auto& row = inventory_.reservations_[index];
    CHECK(row.expires_at > fact_.at && body.expires_at > row.expires_at);
    CHECK(!inventory_.has_lapsed(row));
    inventory_.reservations_.change(index, &ReservationRow::expires_at) = body.expires_at;
    inventory_.hold_ends_.add({body.expires_at, index});
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
    const auto& row = inventory_.reservations_[index];
    CHECK((row.expires_at <= fact_.at) == (status == ReservationStatus::expired));
    auto& event = event_row();
    if (inventory_.has_lapsed(row)) {
        event.lapsed.change() -= static_cast<std::uint32_t>(row.seats.size());
        --inventory_.totals_.change().lapsed;
    } else {
        inventory_.free_seats(row);
    }
    for (const auto seat : row.seats) {
        CHECK(event.holders[seat] == index);
        event.holders.set(seat, kNobody);
    }
    inventory_.reservations_.change(index, &ReservationRow::status) = status;
    --inventory_.totals_.change().pending;
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
    const auto index = inventory_.users_.add(sub);
    inventory_.user_sales_.add();
    inventory_.users_by_sub_.insert(std::string_view{sub}, index);
    return index;
}

/// Every new request lets at most two old ones go, so that no request pays for many.
void Evolution::forget_old_requests() {
    for (int i = 0; i < 2; ++i) {
        const auto oldest = inventory_.requests_from_.get();
        if (oldest >= inventory_.reservations_.end()) return;
        const auto& row = inventory_.reservations_[oldest];
        if (row.created_at + kRequestMemory > fact_.at) return;
        // The key may have been used anew since.
        if (inventory_.index_of_request(row.request.key) == oldest)
            inventory_.requests_.erase(row.request.key, oldest);
        ++inventory_.requests_from_.change();
    }
}

void evolve(Inventory& inventory, const Fact& fact) {
    Evolution{inventory, fact}.run();
}

}  // namespace frontrow::domain
