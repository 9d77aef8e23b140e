#pragma once

#include "scenario/store_world.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::test {

/// A sale on any kind of store, in the terms of a buyer.
class StoreScenario : public testing::TestWithParam<StoreKind> {
protected:
    using Answer = StoreWorld::Answer;
    using Status = domain::ReservationStatus;
    using Reason = domain::Reason;

    /// An event with seats, and the settings that a test cares about.
    EventId open_sale(std::size_t seats) { return open_sale(seats, world_->sale().spec()); }
    EventId open_sale(std::size_t seats, domain::EventSpec spec);

    SeatId seat(std::uint64_t index) const { return first_seat_.plus(index); }
    domain::SeatIds seats(std::uint64_t from, std::uint64_t count) const;

    domain::ReserveSeats
    request(EventId event, const std::string& user, std::uint64_t from, std::uint64_t count = 1) {
        return world_->sale().reserve(event, user, seats(from, count));
    }

    Answer execute(domain::Command command) { return world_->execute(std::move(command)); }
    /// The reservation that a command led to; fails the test if the command was refused.
    domain::Reservation accepted(const Answer& answer);
    domain::Reservation accepted(domain::Command command) {
        return accepted(execute(std::move(command)));
    }
    /// The reason if the command was refused.
    std::optional<Reason> refused(domain::Command command);

    std::uint32_t available(EventId event) {
        return world_->read(store().read(domain::read_counts, event)).value().available();
    }
    domain::SeatStatus status_of(SeatId seat) {
        return world_->read(store().read(domain::read_seat, seat)).value().status;
    }
    Status status_of(const domain::Reservation& reservation) {
        return world_
            ->read(store().read(domain::read_reservation, reservation.id, reservation.user))
            .value()
            .status;
    }
    domain::SeatList list_seats(EventId event, bool only_available = false) {
        return world_->read(store().list_seats(event, only_available, {.limit = 1'000'000}))
            .value();
    }
    std::shared_ptr<const domain::SeatMap> seat_map(EventId event) {
        return world_->read(store().seat_map(event)).value();
    }
    /// The first letters of the seat map's statuses.
    std::string letters(EventId event);
    /// Everything that can be read about these events and users, as text.
    std::string
    all_reads(const std::vector<EventId>& events, const std::vector<std::string>& users);

    store::Store& store() { return world_->store(); }

    void SetUp() override {
        if (const auto reason = GetParam().why_not()) GTEST_SKIP() << *reason;
        world_ = GetParam().make();
    }

    std::unique_ptr<StoreWorld> world_;
    SeatId first_seat_;
};

std::size_t count_seats(const domain::SeatList& list, domain::SeatStatus status);

}  // namespace frontrow::test
