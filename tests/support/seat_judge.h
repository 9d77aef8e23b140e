#pragma once

#include "base/result.h"
#include "domain/best_seats.h"
#include "domain/commands.h"
#include "domain/refusal.h"
#include "domain/seat.h"
#include "domain/seat_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace frontrow::test {

/// Chooses seats of an event for the naive model. It can't rank them on its own, so it asks a
/// BestSeats that is made for this one choice and remembers nothing. Then it judges the answer by
/// looking at all seats and groups, and fails the test if a rule is broken: whatever is granted is
/// as it was wanted, and whatever is refused doesn't exist.
class SeatJudge {
public:
    struct Seat {
        SeatId id;
        domain::SeatSpec spec;
        bool is_free = false;
    };

    /// `seats`: those of the event, in the order of creation.
    SeatJudge(std::vector<Seat> seats, domain::SeatScoring scoring)
        : seats_{std::move(seats)}, rows_{rows_of(seats_)}, scoring_{scoring} {}

    std::optional<domain::Refusal> refuse_unknown(const domain::BestWish& wish) const {
        if (wish.near && std::ranges::count(seats_, *wish.near, &Seat::id) == 0)
            return domain::Refusal{
                .reason = domain::Reason::seat_not_found, .subject = wish.near->to_string()
            };
        const auto is_there = [&](const Seat& seat) { return seat.spec.section == *wish.section; };
        if (wish.section && std::ranges::none_of(seats_, is_there))
            return domain::Refusal{
                .reason = domain::Reason::section_not_found, .subject = *wish.section
            };
        return std::nullopt;
    }

    Result<domain::SeatIds, domain::Reason> choose(const domain::BestWish& wish) const {
        const auto choice = ask(wish, {});
        const bool has_group = exists_group(wish, {});
        if (!choice) {
            const bool is_short = choice.error() == domain::NoSeats::sold_out;
            EXPECT_EQ(is_short, count(wish) < wish.quantity);
            EXPECT_FALSE(has_group || (!is_short && wish.allow_split));
            return std::unexpected(
                is_short ? domain::Reason::sold_out : domain::Reason::not_together
            );
        }
        judge(*choice, wish);
        EXPECT_EQ(are_group(*choice), has_group);
        EXPECT_TRUE(has_group || wish.allow_split);
        return ids_of(*choice);
    }

    std::vector<domain::SeatIds> alternatives(const domain::SeatIds& wanted) const {
        domain::BestWish wish{
            .quantity = static_cast<std::uint32_t>(wanted.size()), .near = wanted.front()
        };
        Amount dearest = 0;
        for (const auto id : wanted) {
            const auto seat = std::ranges::find(seats_, id, &Seat::id) - seats_.begin();
            dearest = std::max(dearest, seats_[static_cast<std::size_t>(seat)].spec.price);
            wish.accessible |= is_accessible(static_cast<domain::SeatIndex>(seat));
        }
        wish.price_max = dearest;
        std::vector<domain::SeatIds> found;
        domain::SeatChoice offered;
        while (found.size() < 3) {
            const auto choice = ask(wish, offered);
            EXPECT_EQ(choice.has_value(), exists_group(wish, offered));
            if (!choice) break;
            judge(*choice, wish);
            EXPECT_TRUE(are_group(*choice));
            offered.insert(offered.end(), choice->begin(), choice->end());
            found.push_back(ids_of(*choice));
        }
        const std::set<domain::SeatIndex> distinct(offered.begin(), offered.end());
        EXPECT_EQ(distinct.size(), offered.size());
        return found;
    }

private:
    using Choice = domain::SeatChoice;

    static domain::SeatRows rows_of(const std::vector<Seat>& seats) {
        std::vector<domain::RowSeat> rows;
        for (const auto& seat : seats)
            rows.push_back(domain::row_seat_of(seat.spec));
        return domain::SeatRows{rows};
    }

    Result<Choice, domain::NoSeats> ask(const domain::BestWish& wish, const Choice& without) const {
        domain::BestSeats best{rows_};
        domain::SeatWish asked{
            .quantity = wish.quantity,
            .price_max = wish.price_max,
            .accessible = wish.accessible,
            .allow_split = wish.allow_split,
            .without = without,
        };
        if (wish.section) asked.section = rows_.find_section(*wish.section);
        if (wish.near)
            asked.near = static_cast<domain::SeatIndex>(
                std::ranges::find(seats_, *wish.near, &Seat::id) - seats_.begin()
            );
        return best.choose(asked, scoring_, [&](auto seat) { return seats_[seat].is_free; });
    }

    bool matches(domain::SeatIndex index, const domain::BestWish& wish) const {
        const auto& seat = seats_[index];
        const auto row = domain::row_seat_of(seat.spec);
        return seat.is_free && (!wish.section || seat.spec.section == *wish.section) &&
               (!wish.price_max || seat.spec.price <= *wish.price_max) &&
               wish.accessible == (row.is_accessible || row.is_companion);
    }
    bool is_accessible(domain::SeatIndex seat) const {
        return domain::row_seat_of(seats_[seat].spec).is_accessible;
    }
    /// How many seats the wish could get, together or not.
    std::size_t count(const domain::BestWish& wish) const {
        std::size_t count = 0;
        bool has_accessible = false;
        for (domain::SeatIndex seat = 0; seat < seats_.size(); ++seat) {
            if (!matches(seat, wish)) continue;
            ++count;
            has_accessible = has_accessible || is_accessible(seat);
        }
        return wish.accessible && !has_accessible ? 0 : count;
    }

    /// Whether the seats are neighbours in one row without an aisle between them.
    bool are_group(const Choice& choice) const {
        std::set<domain::PlaceIndex> places;
        for (const auto seat : choice)
            places.insert(rows_.place_of(seat));
        const auto first = *places.begin();
        const auto last = *places.rbegin();
        return last - first + 1 == choice.size() &&
               std::ranges::any_of(rows_.segments(), [&](const auto& segment) {
                   return segment.first <= first && last < segment.end();
               });
    }
    /// Whether a group of seats as the wish wants them is free.
    bool exists_group(const domain::BestWish& wish, const Choice& without) const {
        for (const auto& segment : rows_.segments()) {
            std::uint32_t run = 0;
            // How many seats of the run are behind its last accessible one, that one included.
            std::uint32_t behind = segment.size + 1;
            for (const auto seat : rows_.seats().subspan(segment.first, segment.size)) {
                const bool is_good = matches(seat, wish) && std::ranges::count(without, seat) == 0;
                run = is_good ? run + 1 : 0;
                behind = is_accessible(seat) ? 1 : behind + 1;
                const bool is_right = !wish.accessible || behind <= wish.quantity;
                if (run >= wish.quantity && is_right) return true;
            }
        }
        return false;
    }

    void judge(const Choice& choice, const domain::BestWish& wish) const {
        const std::set<domain::SeatIndex> distinct(choice.begin(), choice.end());
        EXPECT_EQ(distinct.size(), wish.quantity);
        EXPECT_EQ(choice.size(), wish.quantity);
        for (const auto seat : choice)
            EXPECT_TRUE(matches(seat, wish));
        const auto is_one = [this](auto seat) { return is_accessible(seat); };
        EXPECT_TRUE(!wish.accessible || std::ranges::any_of(choice, is_one));
    }
    domain::SeatIds ids_of(const Choice& choice) const {
        domain::SeatIds ids;
        for (const auto seat : choice)
            ids.push_back(seats_[seat].id);
        return ids;
    }

    std::vector<Seat> seats_;
    domain::SeatRows rows_;
    domain::SeatScoring scoring_;
};

}  // namespace frontrow::test
