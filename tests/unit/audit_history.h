#pragma once

#include "domain/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::domain::audited {

using namespace std::chrono_literals;

inline constexpr Millis kHold{600'000};
inline constexpr Amount kPrice = 5'000;

inline const Instant kOpen{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
inline const EventId kEvent{Bits128{1, 0}};
inline const EventId kOtherEvent{Bits128{2, 0}};
inline const SeatId kFirstSeat{Bits128{3, 0}};
inline const SeatId kOtherEventsSeat{Bits128{4, 0}};

inline EventSpec spec() {
    EventSpec spec;
    spec.name = "First night";
    spec.start_at = kOpen + 24h * 10;
    spec.end_at = spec.start_at + 3h;
    spec.total_seats = 10;
    spec.sales_start_at = kOpen;
    spec.hold = 600s;
    spec.max_seats_per_reservation = 3;
    spec.max_seats_per_user = 4;
    return spec;
}

inline EventSpec sold_until(Instant end) {
    auto until = spec();
    until.sales_end_at = end;
    return until;
}

inline SeatId seat(std::uint64_t index) {
    return kFirstSeat.plus(index);
}
inline ReservationId reservation(std::uint64_t number) {
    return ReservationId{Bits128{5, number}};
}

/// Builds a history of facts. Each call adds one fact, at the time that at() set last.
class History {
public:
    History& at(Millis after_opening) {
        now_ = kOpen + after_opening;
        return *this;
    }
    History& skip_seq() {
        ++seq_;
        return *this;
    }
    History& under(EventId event) {
        event_ = event;
        return *this;
    }
    History& fact(FactBody body) {
        facts_.push_back({.seq = ++seq_, .at = now_, .event = event_, .body = std::move(body)});
        return *this;
    }

    History& raise(std::uint32_t format) {
        const auto event = std::exchange(event_, EventId{});
        return fact(FormatRaised{format}).under(event);
    }
    History& create(EventSpec spec) { return fact(EventCreated{std::move(spec), "house"}); }
    History& update(EventSpec spec) { return fact(EventUpdated{std::move(spec)}); }
    History& remove() { return fact(EventDeleted{}); }
    History& change_sale(SaleAction action) { return fact(SaleChanged{action}); }
    History& raise_format(std::uint32_t format) {
        facts_.push_back({.seq = ++seq_, .at = now_, .body = FormatRaised{format}});
        return *this;
    }
    /// Starts the seat numbers again, so that the next seats repeat them.
    History& name_anew() {
        named_ = 0;
        return *this;
    }
    History& add_seats(SeatId first, std::size_t count) {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = first;
        block->seats.resize(count);
        for (auto& seat : block->seats) {
            seat.number = std::to_string(++named_);
            seat.price = kPrice;
        }
        return fact(SeatsAdded{std::move(block)});
    }
    ReservationHeld holding(std::uint64_t number, domain::SeatIds seats, std::string user = "ann")
        const {
        return {
            .reservation = reservation(number),
            .user = std::move(user),
            .seats = seats,
            .total_amount = static_cast<Amount>(seats.size()) * kPrice,
            .expires_at = now_ + kHold,
            .request = {.key = Bits128{6, number}, .content = {}},
        };
    }
    History& hold(std::uint64_t number, domain::SeatIds seats, std::string user = "ann") {
        return fact(holding(number, std::move(seats), std::move(user)));
    }
    /// A hold with one part changed.
    template <class Change>
    History& hold_but(std::uint64_t number, domain::SeatIds seats, Change change) {
        auto body = holding(number, std::move(seats));
        change(body);
        return fact(std::move(body));
    }
    /// A hold of units that cost what `items` say.
    History& hold_units(std::uint64_t number, Items items) {
        auto body = holding(number, {});
        for (const auto& item : items)
            body.total_amount += item.quantity * item.unit_price;
        body.items = std::move(items);
        return fact(std::move(body));
    }
    History& confirm(std::uint64_t number) {
        return fact(ReservationConfirmed{reservation(number)});
    }
    History& cancel(std::uint64_t number) {
        return fact(ReservationCancelled{reservation(number)});
    }
    History& expire(std::uint64_t number) { return fact(ReservationExpired{reservation(number)}); }
    History& extend(std::uint64_t number, Millis expires_after_opening) {
        return fact(ReservationExtended{reservation(number), kOpen + expires_after_opening});
    }

    /// A change that costs as much as it should, if the audit's other rules hold.
    History& change(ReservationChanged body) {
        for (std::size_t i = body.unit_prices.size(); i < body.added_seats.size(); ++i)
            body.unit_prices.push_back(kPrice);
        return fact(std::move(body));
    }

    Audit audited() const {
        Audit audit;
        for (const auto& fact : facts_)
            audit.observe(fact);
        return audit;
    }

private:
    std::vector<Fact> facts_;
    std::uint64_t seq_ = 0;
    int named_ = 0;
    Instant now_ = kOpen;
    EventId event_ = kEvent;
};

/// Facts 1 to 4: two events with seats. The first one has ten.
inline History sale(EventSpec of_first = spec()) {
    History history;
    history.create(std::move(of_first)).add_seats(kFirstSeat, 10);
    history.under(kOtherEvent).create(spec()).add_seats(kOtherEventsSeat, 1).under(kEvent);
    return history;
}

/// The facts of sale(), and fact 5, after which sales may be paused and ended.
inline History newer_sale(EventSpec of_first = spec()) {
    return sale(std::move(of_first)).raise_format(1);
}

inline std::vector<std::string> violations_of(const History& history) {
    std::vector<std::string> found;
    for (const auto& violation : history.audited().violations())
        found.push_back(std::to_string(violation.seq) + ": " + violation.what);
    return found;
}

struct Broken {
    History history;
    std::vector<std::string> violations;
};

inline void expect_found(const std::vector<Broken>& table) {
    for (const auto& row : table)
        EXPECT_THAT(violations_of(row.history), testing::ElementsAreArray(row.violations));
}

}  // namespace frontrow::domain::audited
