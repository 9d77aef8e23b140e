#pragma once

#include "base/check.h"
#include "domain/audit.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/inventory.h"
#include "io/clock.h"
#include "round_trip.h"
#include "store/seat_maps.h"
#include "store/store.h"

#include <string>
#include <utility>

namespace frontrow::fuzz {

/// A store without a disk: the rules, and nothing that takes time or a thread, so that the same
/// bytes lead to the same state again. CHECKs that each fact could be read from a journal, and that
/// the audit is content.
class MemoryStore final : public store::Store {
public:
    template <class T>
    using Answer = store::Awaitable<Result<T, io::Fault>>;

    explicit MemoryStore(const io::Clock& clock) : clock_{clock} {}

    domain::Outcome act(const domain::Command& command, TraceId trace) {
        auto decision = domain::decide(inventory_, command, now());
        for (auto& made : decision.facts) {
            const domain::Fact fact{
                .seq = inventory_.last_seq() + 1,
                .at = now(),
                .trace = trace,
                .event = made.event,
                .body = std::move(made.body),
            };
            check_round_trip(fact);
            domain::evolve(inventory_, fact);
            audit_.observe(fact);
        }
        CHECK(audit_.violations().empty());
        return std::move(decision.outcome);
    }
    void verify() const { inventory_.verify(); }

    store::Awaitable<void> close() override { co_return; }
    Answer<domain::Outcome> execute(domain::Command command, TraceId trace) override {
        co_return act(command, trace);
    }
    Answer<std::optional<domain::Event>> find_event(EventId id) override {
        const auto* row = inventory_.find_event(id);
        co_return row == nullptr ? std::nullopt : std::optional{row->event};
    }
    Answer<std::vector<domain::Event>> list_events(store::Page page) override {
        co_return inventory_.list_events(page);
    }
    Answer<std::optional<domain::SeatView>> find_seat(SeatId id) override {
        const auto place = inventory_.find_seat(id);
        co_return place ? std::optional{inventory_.seat_view(*place, now())} : std::nullopt;
    }
    Answer<std::optional<domain::SeatList>>
    list_seats(EventId event, bool only_available, store::Page page) override {
        const auto* row = inventory_.find_event(event);
        if (row == nullptr) co_return std::nullopt;
        co_return inventory_.list_seats(*row, only_available, page, now());
    }
    Answer<std::optional<domain::SeatCounts>> count_seats(EventId event) override {
        const auto* row = inventory_.find_event(event);
        if (row == nullptr) co_return std::nullopt;
        co_return inventory_.count_seats(*row, now());
    }
    Answer<std::optional<store::SeatMaps::Map>> seat_map(EventId event) override {
        const auto* row = inventory_.find_event(event);
        if (row == nullptr) co_return std::nullopt;
        co_return seat_maps_.at(inventory_, *row, now());
    }
    Answer<std::optional<domain::Reservation>> find_reservation(ReservationId id, std::string user)
        override {
        const auto* row = inventory_.find_reservation(id);
        if (row == nullptr || inventory_.user(row->user) != user) co_return std::nullopt;
        co_return inventory_.entity(*row, now());
    }
    Answer<std::vector<domain::Reservation>> list_reservations(std::string user, store::Page page)
        override {
        co_return inventory_.list_reservations(user, page, now());
    }
    Answer<std::vector<domain::ApiKey>> list_api_keys(store::Page page) override {
        co_return inventory_.api_keys().list(page);
    }
    const domain::ApiKey* find_api_key(const domain::ApiKeyDigest& digest) const override {
        return inventory_.api_keys().find_live(digest);
    }
    store::ReservationCounts count_reservations() const override {
        return {.pending = inventory_.pending_count(), .confirmed = inventory_.confirmed_count()};
    }
    bool is_ready() const override { return true; }
    Instant now() override { return clock_.now(); }

private:
    const io::Clock& clock_;
    domain::Inventory inventory_;
    domain::Audit audit_;
    store::SeatMaps seat_maps_;
};

}  // namespace frontrow::fuzz
