#pragma once

#include "domain/commands.h"
#include "io/clock.h"
#include "io/id_source.h"
#include "support/seeded_random.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {

/// Makes commands, with default values for everything that a test doesn't care about. Every request
/// gets a new key unless the test gives one.
class Sale {
public:
    explicit Sale(const io::Clock& clock, std::uint64_t seed = 1)
        : clock_{clock}, random_{seed}, ids_{clock, random_} {}

    domain::EventSpec spec() const {
        domain::EventSpec spec;
        spec.name = "Winter concert";
        spec.venue = "The hall";
        spec.start_at = clock_.now() + std::chrono::days{30};
        spec.end_at = spec.start_at + std::chrono::hours{2};
        spec.total_seats = 1'000;
        return spec;
    }

    /// An event with a description of 30 KB without repetition, so that it stays large in the
    /// journal after compression.
    domain::EventSpec large_spec() {
        constexpr std::uint64_t kIdeographs = 0x4E00;
        auto large = spec();
        large.description.reserve(30'000);
        for (int i = 0; i < 9'999; ++i) {
            const auto letter = kIdeographs + random_.next().lo % 0x4000;
            large.description += static_cast<char>(0xE0 | letter >> 12);
            large.description += static_cast<char>(0x80 | (letter >> 6 & 0x3F));
            large.description += static_cast<char>(0x80 | (letter & 0x3F));
        }
        return large;
    }

    domain::CreateEvent create_event() { return create_event(spec()); }
    domain::CreateEvent create_event(domain::EventSpec spec) {
        return {.event = ids_.next<EventId>(), .by = organizer(), .spec = std::move(spec)};
    }
    domain::UpdateEvent update_event(EventId event, domain::EventSpec spec) const {
        return {.event = event, .by = organizer(), .spec = std::move(spec), .if_version = {}};
    }
    domain::DeleteEvent delete_event(EventId event) const {
        return {.event = event, .by = organizer(), .if_version = {}};
    }

    domain::ChangeSale change_sale(EventId event, domain::SaleAction action) const {
        return {.event = event, .by = organizer(), .action = action, .if_version = {}};
    }

    /// Seats at 5,000 yen each, numbered by section and place: "A-1".
    domain::AddSeats add_seats(EventId event, std::string section, std::size_t count) {
        auto block = std::make_shared<domain::SeatBlock>();
        block->first_id = ids_.next<SeatId>();
        block->seats.reserve(count);
        for (std::size_t i = 1; i <= count; ++i) {
            block->seats.push_back({
                .number = section + "-" + std::to_string(i),
                .section = section,
                .row = {},
                .price = 5'000,
            });
        }
        return {.event = event, .by = organizer(), .block = std::move(block)};
    }

    domain::ReserveSeats reserve(EventId event, std::string user, domain::SeatIds seats) {
        return reserve(event, std::move(user), std::move(seats), random_.next());
    }
    domain::ReserveSeats
    reserve(EventId event, std::string user, domain::SeatIds seats, Bits128 key) {
        const Bits128 content{seats.size(), seats.empty() ? 0 : seats.front().bits().lo};
        return {
            .reservation = ids_.next<ReservationId>(),
            .event = event,
            .user = std::move(user),
            .seats = std::move(seats),
            .hold = {},
            .request = {.key = key, .content = content},
        };
    }

    TraceId trace() { return ids_.next_trace(); }
    static domain::Organizer organizer() { return {.sub = "organizer", .is_admin = false}; }

private:
    const io::Clock& clock_;
    SeededRandom random_;
    io::IdSource ids_;
};

}  // namespace frontrow::test
