#include "scenario/store_scenario.h"

#include "wire/entity_json.h"

#include <algorithm>

namespace frontrow::test {

EventId StoreScenario::open_sale(std::size_t seats, domain::EventSpec spec) {
    auto create = world_->sale().create_event(std::move(spec));
    const auto event = create.event;
    auto add = world_->sale().add_seats(event, "A", seats);
    first_seat_ = add.block->first_id;
    EXPECT_TRUE(execute(std::move(create)).value());
    EXPECT_TRUE(execute(std::move(add)).value());
    return event;
}

domain::SeatIds StoreScenario::seats(std::uint64_t from, std::uint64_t count) const {
    domain::SeatIds seats;
    for (std::uint64_t i = 0; i < count; ++i)
        seats.push_back(seat(from + i));
    return seats;
}

domain::Reservation StoreScenario::accepted(const Answer& answer) {
    EXPECT_TRUE(answer) << "a fault";
    if (!answer) return {};
    EXPECT_TRUE(*answer) << "refused for reason " << static_cast<int>(answer->error().reason);
    return *answer ? std::get<domain::Reservation>((*answer)->entity) : domain::Reservation{};
}

std::optional<domain::Reason> StoreScenario::refused(domain::Command command) {
    const auto answer = execute(std::move(command));
    EXPECT_TRUE(answer) << "a fault";
    return answer && !*answer ? std::optional{answer->error().reason} : std::nullopt;
}

std::string StoreScenario::all_reads(
    const std::vector<EventId>& events,
    const std::vector<std::string>& users
) {
    std::string text;
    for (const auto& event :
         world_->read(store().read(domain::read_events, domain::Page{.limit = 1'000})))
        wire::append_event(text, event, event.updated_at);
    for (const auto id : events) {
        const auto event = world_->read(store().read(domain::read_event, id));
        text += event ? " version " + std::to_string(event->version) : " no event";
        if (!event) continue;
        text += " available " + std::to_string(available(id));
        wire::append_seats(text, list_seats(id));
        wire::append_seats(text, list_seats(id, true));
    }
    for (const auto& user : users) {
        for (const auto& one : world_->read(
                 store().read(domain::read_reservations, user, domain::Page{.limit = 1'000})
             ))
            wire::append_reservation(text, one, store().now());
    }
    return text;
}

std::string StoreScenario::letters(EventId event) {
    std::string letters;
    for (const auto status : seat_map(event)->statuses)
        letters += "arc"[static_cast<std::size_t>(status)];
    return letters;
}

std::size_t count_seats(const domain::SeatList& list, domain::SeatStatus status) {
    std::size_t seats = 0;
    for (const auto& run : list.runs)
        seats += static_cast<std::size_t>(std::ranges::count(run.statuses, status));
    return seats;
}

}  // namespace frontrow::test
