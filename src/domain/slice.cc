#include "domain/slice.h"

#include "base/check.h"
#include "domain/digest_fields.h"
#include "domain/evolve.h"

#include <memory>
#include <utility>

namespace frontrow::domain {

void SliceLoader::learn(EventId event, Instant at, FactBody body) {
    evolve(
        slice_,
        Fact{
            .seq = slice_.last_seq() + 1,
            .at = at,
            .trace = {},
            .event = event,
            .body = std::move(body),
        }
    );
}

void SliceLoader::add_event(const Event& event) {
    learn(event.id, event.created_at, EventCreated{event.spec, event.created_by});
    slice_.events_.replace(slice_.events_.end() - 1, &Inventory::EventRow::event, event);
}

void SliceLoader::add_seat(EventId event, SeatId id, SeatSpec spec) {
    auto block = std::make_shared<SeatBlock>(SeatBlock{.first_id = id, .seats = {}});
    block->seats.push_back(std::move(spec));
    learn(event, slice_.last_at(), SeatsAdded{std::move(block)});
}

/// Its facts once more, as far as they matter.
void SliceLoader::add_reservation(const ReservationRecord& record) {
    const auto& now = record.now;
    const auto& event = now.event;
    learn(
        event,
        now.created_at,
        ReservationHeld{
            .reservation = now.id,
            .user = now.user,
            .seats = now.seats,
            .total_amount = now.total_amount,
            .expires_at = record.first_expires_at,
            .request = record.request,
        }
    );
    const auto index = slice_.reservations_.end() - 1;
    slice_.reservations_.change(index, &Inventory::ReservationRow::currency) = now.currency;
    if (now.expires_at > record.first_expires_at)
        learn(event, now.created_at, ReservationExtended{now.id, now.expires_at});
    switch (now.status) {
        case ReservationStatus::pending:
            break;
        case ReservationStatus::confirmed:
            CHECK(now.confirmed_at);
            learn(event, *now.confirmed_at, ReservationConfirmed{now.id});
            break;
        case ReservationStatus::cancelled:
            learn(event, now.created_at, ReservationCancelled{now.id});
            break;
        case ReservationStatus::expired:
            learn(event, now.expires_at, ReservationExpired{now.id});
            break;
    }
}

void SliceLoader::set_seats_total(EventId event, std::uint32_t total) {
    slice_.events_.parts_of(slice_.index_of(event)).counts.change().total = total;
}

void SliceLoader::set_deleted(EventId event) {
    slice_.events_.change(slice_.index_of(event), &Inventory::EventRow::deleted) = true;
}

void SliceLoader::add_api_key(const ApiKey& key) {
    learn(
        EventId{},
        key.created_at,
        ApiKeyCreated{
            .key = key.id,
            .name = key.name,
            .role = key.role,
            .prefix = key.prefix,
            .digest = key.digest,
            .created_by = key.created_by,
        }
    );
    if (key.revoked_at) learn(EventId{}, *key.revoked_at, ApiKeyRevoked{key.id, {}});
}

}  // namespace frontrow::domain
