#pragma once

#include "base/id.h"
#include "base/small_vector.h"
#include "base/state_heap.h"
#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_map.h"
#include "base/state_table.h"
#include "base/state_value.h"
#include "base/state_vector.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::test {

/// A row that owns memory, as events, users and reservations do.
struct Account {
    Bits128 id;
    std::string name;
    SmallVector<std::uint32_t, 2> orders;
    std::int64_t balance = 0;
    std::uint32_t ends_at = 0;
};

inline void digest_fields(DigestWriter& writer, const Account& row) {
    writer.field(1, row.id);
    writer.field(2, row.name);
    writer.field(3, row.orders);
    writer.field(4, row.balance);
    writer.field(5, row.ends_at);
}

/// A row with parts of its own, as an event has seats.
struct Hall {
    Hall(StateLog& log, std::uint32_t hall)
        : number{hall},
          holders{log, "holders", {0, hall}},
          names{log, "names", {0, hall}},
          by_name{log} {}

    std::uint32_t number;
    std::uint32_t held = 0;
    StateVector<std::uint32_t> holders;
    StateVector<std::string> names;
    StateIndex by_name;
};

inline void digest_fields(DigestWriter& writer, const Hall& row) {
    writer.field(1, row.number);
    writer.field(2, row.held);
}

struct Due {
    std::uint32_t at = 0;
    std::uint32_t account = 0;
    friend auto operator<=>(const Due&, const Due&) = default;
};

/// One step of a random history: an action, and numbers that choose its target.
struct Step {
    std::uint32_t kind = 0;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t c = 0;
};

inline Step random_step(std::mt19937_64& random) {
    const auto number = [&] { return static_cast<std::uint32_t>(random()); };
    return {number(), number(), number(), number()};
}

/// One of each container, linked as in an inventory. Each step returns what it saw.
class SmallState {
public:
    explicit SmallState(StateLog::Digests digests) : log{digests} {}

    std::uint64_t apply(const Step& step) {
        using Change = std::uint64_t (SmallState::*)(const Step&);
        static constexpr Change kChanges[]{
            &SmallState::add_account,
            &SmallState::add_account,
            &SmallState::pay,
            &SmallState::pay,
            &SmallState::rename,
            &SmallState::rewrite,
            &SmallState::order,
            &SmallState::order,
            &SmallState::prolong,
            &SmallState::add_hall,
            &SmallState::grow_hall,
            &SmallState::hold_seat,
            &SmallState::hold_seat,
            &SmallState::hold_seat,
            &SmallState::clear_hall,
            &SmallState::look_due,
        };
        ++steps.change();
        return (this->*kChanges[step.kind % std::size(kChanges)])(step);
    }

    /// Forgets rows, as an inventory does between batches.
    std::uint64_t forget(std::uint32_t until) {
        std::uint64_t seen = 0;
        const auto is_live = [&](const Due& due) {
            return accounts.has(due.account) && accounts[due.account].ends_at == due.at;
        };
        ends.drop_dead(is_live);
        while (ends.has_due([&](const Due& due) { return due.at <= until; })) {
            const auto due = ends.take_lowest();
            by_name.erase(accounts[due.account].name, due.account);
            accounts.erase(due.account);
            seen = seen * 31 + due.account;
            ends.drop_dead(is_live);
        }
        return seen;
    }

    /// Everything that is visible from outside.
    std::string contents() const {
        std::ostringstream out;
        out << steps.get() << ' ' << accounts.end() << ' ' << accounts.first() << '\n';
        accounts.visit([&](auto number, const Account& row) {
            out << number << ' ' << row.id.lo << ' ' << row.name << ' ' << row.balance << ' '
                << row.ends_at << ' ' << find(row.name) << ':';
            for (const auto order : row.orders)
                out << ' ' << order;
            out << '\n';
        });
        halls.visit([&](auto number, const Hall& hall) {
            out << number << ' ' << hall.held << ':';
            for (std::size_t seat = 0; seat < hall.names.size(); ++seat)
                out << ' ' << hall.names[seat] << '=' << hall.holders[seat] << '@'
                    << find_seat(hall, hall.names[seat]);
            out << '\n';
        });
        for (const auto& [start, hall] : by_start.entries())
            out << start << "->" << hall << ' ';
        std::vector<Due> dues;
        ends.visit([&](const Due& due) { dues.push_back(due); });
        std::ranges::sort(dues);
        for (const auto& due : dues)
            out << due.at << '/' << due.account << ' ';
        return out.str();
    }

    std::uint32_t find(std::string_view name) const {
        return by_name.find(name, [&](auto row) { return accounts[row].name == name; });
    }
    static std::uint32_t find_seat(const Hall& hall, std::string_view name) {
        return hall.by_name.find(name, [&](auto seat) { return hall.names[seat] == name; });
    }

    StateLog log;
    StateTable<Account> accounts{log, "accounts"};
    StateTable<Hall> halls{log, "halls"};
    StateIndex by_name{log};
    StateMap<std::uint32_t, std::uint32_t> by_start{log};
    StateHeap<Due> ends{log};
    StateValue<std::uint64_t> steps{log, "steps"};

private:
    static std::string name_of(const Step& step) {
        auto name = std::to_string(step.b % 5'000);
        if (step.c % 4 == 0) name.append(40, 'x');
        return name;
    }
    /// The number of an existing row, or the end.
    std::uint32_t pick(std::uint32_t any) const {
        if (accounts.size() == 0) return accounts.end();
        auto number = accounts.first() + any % (accounts.end() - accounts.first());
        while (!accounts.has(number))
            --number;
        return number;
    }

    std::uint64_t add_account(const Step& step) {
        const auto name = name_of(step);
        if (find(name) != StateIndex::kNone) return find(name);
        const auto end = static_cast<std::uint32_t>(steps.get()) + step.a % 3'000;
        const auto number = accounts.add(Bits128{step.a, step.b}, name);
        accounts.change(number).ends_at = end;
        by_name.insert(name, number);
        ends.add({end, number});
        return number;
    }
    std::uint64_t pay(const Step& step) {
        const auto number = pick(step.a);
        if (number == accounts.end()) return 0;
        accounts.change(number, &Account::balance) += step.b % 10;
        return static_cast<std::uint64_t>(accounts[number].balance);
    }
    std::uint64_t rename(const Step& step) {
        const auto number = pick(step.a);
        const auto name = name_of(step);
        if (number == accounts.end() || find(name) != StateIndex::kNone) return 0;
        by_name.erase(accounts[number].name, number);
        accounts.replace(number, &Account::name, name);
        by_name.insert(std::string_view{name}, number);
        return number;
    }
    std::uint64_t rewrite(const Step& step) {
        const auto number = pick(step.a);
        if (number == accounts.end()) return 0;
        auto& row = accounts.change(number);
        row.id.lo = step.b;
        row.orders.clear();
        return row.id.hi;
    }
    std::uint64_t order(const Step& step) {
        const auto number = pick(step.a);
        if (number == accounts.end()) return 0;
        accounts.append(number, &Account::orders, step.b % 100);
        return accounts[number].orders.size();
    }
    std::uint64_t prolong(const Step& step) {
        const auto number = pick(step.a);
        if (number == accounts.end()) return 0;
        auto& end = accounts.change(number, &Account::ends_at);
        end += 1 + step.b % 50;
        ends.add({end, number});
        return end;
    }
    std::uint64_t add_hall(const Step& step) {
        if (halls.size() > 200) return 0;
        const auto number = halls.add(log, halls.end());
        return by_start.insert(step.a % 1'000, number) ? number : 0;
    }
    std::uint64_t grow_hall(const Step& step) {
        if (halls.size() == 0) return 0;
        auto& hall = halls.parts_of(step.a % halls.end());
        if (hall.names.size() > 1'000) return 0;
        const auto size = static_cast<std::uint32_t>(hall.names.size());
        const auto count = step.b % 30 == 0 ? step.c % 300 : step.c % 5;
        for (auto seat = size; seat < size + count; ++seat) {
            hall.names.push_back("row " + std::to_string(seat) + " of a hall with long names");
            hall.by_name.insert(std::string_view{hall.names[seat]}, seat);
        }
        hall.holders.grow(size + count, 0);
        return hall.names.size();
    }
    std::uint64_t hold_seat(const Step& step) {
        if (halls.size() == 0) return 0;
        const auto number = step.a % halls.end();
        auto& hall = halls.parts_of(number);
        if (hall.holders.empty()) return 0;
        const auto seat = step.b % hall.holders.size();
        const auto before = hall.holders[seat];
        hall.holders.set(seat, step.c % 3);
        ++halls.change(number, &Hall::held);
        return before;
    }
    std::uint64_t clear_hall(const Step& step) {
        if (halls.size() == 0 || step.b % 8 != 0) return 0;
        auto& hall = halls.parts_of(step.a % halls.end());
        hall.names.clear();
        hall.holders.clear();
        hall.by_name.clear();
        return by_start.erase(step.c % 1'000) ? 1 : 0;
    }
    std::uint64_t look_due(const Step& step) {
        std::uint64_t seen = 0;
        std::uint32_t left = 5;
        const auto until = static_cast<std::uint32_t>(steps.get()) + step.b % 2'000;
        const auto is_due = [&](const Due& due) { return due.at <= until; };
        ends.visit_lowest(is_due, [&](const Due& due) {
            // Entries that a later change replaced may still be there.
            if (accounts.has(due.account) && accounts[due.account].ends_at == due.at) {
                seen = seen * 31 + due.account;
                --left;
            }
            return left > 0;
        });
        return seen;
    }
};

}  // namespace frontrow::test
