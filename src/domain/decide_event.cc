#include "base/hash_map.h"
#include "domain/decide_rules.h"
#include "domain/members.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace frontrow::domain {
namespace {

/// The most seats that an event may have, which bounds its cost.
constexpr std::size_t kSeatsPerEventMax = 2'000'000;

/// True if something is held or sold, or if somebody tried to pay for it: the money may come late.
bool has_sales(const Inventory& inventory, const EventRow& event, Instant now) {
    const auto counts = inventory.count_seats(event, now);
    if (counts.confirmed > 0 || counts.reserved > 0) return true;
    const auto has_taken = [](const CategoryView& one) { return one.counts.taken() > 0; };
    return std::ranges::any_of(inventory.list_categories(event, now), has_taken) ||
           inventory.orders().has_payments(event.event.id, now);
}

bool is_stale(const EventRow& row, const MeantVersions& if_version) {
    return if_version && std::ranges::find(*if_version, row.event.version) == if_version->end();
}

/// A copy of the event with its next version and time, for the caller to change.
Event changed(const EventRow& row, Instant now) {
    auto event = row.event;
    event.updated_at = now;
    ++event.version;
    return event;
}

/// The refusal if the organiser can't add these seats; nothing if they can be added.
template <class Asked>
std::optional<Decision>
refuse_seats(const Inventory& inventory, const Asked& command, Instant now) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    const auto& seats = command.block->seats;
    HashSet<std::string_view> numbers;
    numbers.reserve(seats.size());
    for (const auto& seat : seats) {
        if (has_seat_named(*row, seat.number) || !numbers.insert(seat.number).second) {
            return refuse_subject(Reason::seat_number_taken, seat.number, row->last_seq());
        }
    }
    if (seats.size() > kSeatsPerEventMax - row->counts.get().total) {
        return refuse_limit(
            Reason::event_full, static_cast<std::int64_t>(kSeatsPerEventMax), row->last_seq()
        );
    }
    if (auto refusal = refuse_held_back(*row, command.held_back, now))
        return refuse(*std::move(refusal), row->last_seq());
    return std::nullopt;
}

/// Appends a fact for each allocation that holds seats of the new block back.
void hold_back(
    const Inventory& inventory,
    const AddSeats& command,
    Instant now,
    std::vector<NewFact>& facts
) {
    if (command.held_back.empty()) return;
    end_due_allocations(inventory, *inventory.plans().find(command.event), now, facts);
    for (const auto& [name, seats] : command.held_back) {
        Allocation allocation{.name = name};
        for (const auto seat : seats) {
            CHECK(seat < command.block->seats.size());
            allocation.seats.push_back(command.block->first_id.plus(seat));
        }
        facts.push_back({command.event, AllocationAdded{std::move(allocation), {}, command.by.sub}}
        );
    }
}

}  // namespace

const EventRow* find_own_event(const Inventory& inventory, EventId id, const Organizer& by) {
    const auto* row = inventory.plans().find(id);
    return row != nullptr && may_change(*row, by) ? row : nullptr;
}

std::optional<Reason> refuse_by_sale(const Event& event, Instant now) {
    switch (sale_state(event, now)) {
        case SaleState::upcoming:
            return Reason::sales_not_open;
        case SaleState::ended:
            return Reason::sales_closed;
        case SaleState::paused:
            return Reason::sales_paused;
        case SaleState::cancelled:
            return Reason::event_cancelled;
        case SaleState::open:
            return std::nullopt;
    }
}

template <>
Decision decide_one(const Inventory& inventory, const CreateEvent& command, Instant now) {
    const auto made_at = [&](EventId id, Instant at) {
        return Event{
            .id = id,
            .spec = command.spec,
            .created_by = command.by.sub,
            .created_at = at,
            .updated_at = at,
        };
    };
    // The event as it was created, even if it has changed since. Its terms are taken from this
    // request, which has the same content as the first.
    const auto as_before = [&](const RequestRow& before) {
        const auto id = inventory.plans()[before.made].event.id;
        return accept(made_at(id, before.at), inventory.last_seq());
    };
    if (auto again = replay(inventory, given(command.request), RequestKind::event, now, as_before))
        return *std::move(again);
    return accept(
        made_at(command.event, now),
        command.event,
        EventCreated{command.spec, command.by.sub, command.request}
    );
}

template <>
Decision decide_one(const Inventory& inventory, const UpdateEvent& command, Instant now) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (is_stale(*row, command.if_version)) return refuse(Reason::version_stale, row->last_seq());
    // Held and sold seats were priced in this currency and under this payment rule.
    const bool terms_change = command.spec.currency != row->event.spec.currency ||
                              command.spec.payment != row->event.spec.payment;
    if (terms_change && has_sales(inventory, *row, now))
        return refuse(Reason::event_has_sales, row->last_seq());

    auto event = changed(*row, now);
    event.spec = command.spec;
    return accept(std::move(event), command.event, EventUpdated{command.spec, command.by.sub});
}

template <>
Decision decide_one(const Inventory& inventory, const DeleteEvent& command, Instant now) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (is_stale(*row, command.if_version)) return refuse(Reason::version_stale, row->last_seq());
    if (has_sales(inventory, *row, now)) return refuse(Reason::event_has_sales, row->last_seq());

    auto decision = accept(std::monostate{}, 0);
    // Holds that have run out but weren't ended by a fact are ended first.
    inventory.reservations().visit_expired_holds(now, [&](const ReservationRow& held) {
        if (held.event == row->index)
            decision.facts.push_back({command.event, ReservationExpired{held.id}});
    });
    decision.facts.push_back({command.event, EventDeleted{command.by.sub}});
    return decision;
}

template <>
Decision decide_one(const Inventory& inventory, const ChangeSale& command, Instant now) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    const auto as_now = [&](const RequestRow&) {
        return row == nullptr ? refuse(Reason::event_not_found, inventory.events_seq())
                              : accept(row->event, row->last_seq());
    };
    if (auto again = replay(inventory, given(command.request), RequestKind::sale, now, as_now))
        return *std::move(again);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (is_stale(*row, command.if_version)) return refuse(Reason::version_stale, row->last_seq());
    // The action may stand since before the event was cancelled, but its sale isn't open any more.
    const bool is_so = row->event.sale == command.action &&
                       !(row->event.cancelled && command.action == SaleAction::open);
    // A request with an idempotency key is recorded as a fact even if nothing changes, so that the
    // key can't be used for another request.
    if (is_so && !command.request) return accept(row->event, row->last_seq());
    if (!is_so && row->event.sale == SaleAction::end)
        return refuse(Reason::sales_closed, row->last_seq());
    if (!is_so && row->event.cancelled) return refuse(Reason::event_cancelled, row->last_seq());

    auto event = is_so ? row->event : changed(*row, now);
    event.sale = command.action;
    return accept(
        std::move(event),
        command.event,
        SaleChanged{command.action, command.request, command.by.sub}
    );
}

template <>
Decision decide_one(const Inventory& inventory, const CancelEvent& command, Instant now) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    const auto as_now = [&](const RequestRow&) {
        return row == nullptr ? refuse(Reason::event_not_found, inventory.events_seq())
                              : accept(row->event, row->last_seq());
    };
    const auto* const request = given(command.request);
    if (auto again = replay(inventory, request, RequestKind::cancellation, now, as_now))
        return *std::move(again);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    const bool is_so = row->event.cancelled;
    // As for ChangeSale, a request with a key is recorded even if nothing changes.
    const bool changes_nothing = is_so && !inventory.orders().ledger().has_refused(command.event);
    if (changes_nothing && request == nullptr) return accept(row->event, row->last_seq());
    auto event = is_so ? row->event : changed(*row, now);
    event.cancelled = true;
    if (is_so) event.refunds_asked_at = now;
    return accept(std::move(event), command.event, EventCancelled{command.request, command.by.sub});
}

template <>
Decision decide_one(const Inventory& inventory, const AddSeats& command, Instant now) {
    // The answer to a repeated request: the block that the first request added. If the event is
    // deleted, only the block's first id is left, so the seats are taken from this request, which
    // has the same content as the first.
    const auto as_before = [&](const RequestRow& before) {
        const auto& event = inventory.plans()[inventory.plans().index_of(command.event)];
        const auto& first_id = event.block_starts[before.made].first_id;
        auto block = event.deleted
                         ? std::make_shared<const SeatBlock>(first_id, command.block->seats)
                         : event.blocks[before.made];
        return accept(std::move(block), inventory.last_seq());
    };
    if (auto again = replay(inventory, given(command.request), RequestKind::seats, now, as_before))
        return *std::move(again);
    if (auto refusal = refuse_seats(inventory, command, now)) return *std::move(refusal);
    auto decision = accept(
        command.block, command.event, SeatsAdded{command.block, command.request, command.by.sub}
    );
    hold_back(inventory, command, now, decision.facts);
    return decision;
}

template <>
Decision decide_one(const Inventory& inventory, const CheckSeats& command, Instant now) {
    if (auto refusal = refuse_seats(inventory, command, now)) return *std::move(refusal);
    return accept(command.block, inventory.plans().find(command.event)->last_seq());
}

}  // namespace frontrow::domain
