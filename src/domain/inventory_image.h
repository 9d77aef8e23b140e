#pragma once

#include "base/each_field.h"
#include "base/some.h"
#include "domain/digest_fields.h"
#include "domain/inventory.h"

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

namespace frontrow::domain {

// Writes an inventory as a sequence of plain values, or reads it from one: for snapshots that
// outlive the process, and for tests that need a certain state. Each part's transfer_rows() works
// in both directions. Only rows are transferred; derive() rebuilds what is derived from them
// (look-up tables, counts, heaps).
//
// A plain structure is transferred field by field in the order of declaration, in both directions.
// An event's row has more than plain fields, so it is destructured by hand. The destructuring names
// every field, so it doesn't compile if a new field was forgotten.
//
// An `Archive` is called with values and writes or fills them: numbers, enumerators, texts, ids,
// instants, optional, shared and listed values, and structures, which it passes to transfer(). Its
// each(container, f) calls f with each element; a reading archive creates the elements first.

/// A range of consecutive numbers, each of which has a row.
struct RowRun {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

/// The runs of a table. The last run ends where the table ends, so it may be empty.
template <class Table>
std::vector<RowRun> runs_of(const Table& table) {
    std::vector<RowRun> runs;
    table.visit([&](std::uint32_t number, const auto&) {
        if (runs.empty() || runs.back().first + runs.back().count != number)
            runs.push_back({number, 0});
        ++runs.back().count;
    });
    if (runs.empty() || runs.back().first + runs.back().count != table.end())
        runs.push_back({table.end(), 0});
    return runs;
}

/// Whether runs that were read are valid: ascending, and within the range of numbers.
inline bool are_in_order(const std::vector<RowRun>& runs) {
    std::uint64_t end = 0;
    for (const auto& run : runs) {
        if (run.first < end) return false;
        end = std::uint64_t{run.first} + run.count;
    }
    return !runs.empty() && end <= StateIndex::kNone;
}

/// Presents a table's rows to an archive as a list. When reading, adds each row empty under its
/// number; the archive then fills it without the table's knowledge. That is correct only while no
/// digest has been computed and no savepoint is open.
template <class Log, class Table>
class TableRows {
public:
    using Row = std::remove_cvref_t<decltype(std::declval<const Table&>()[0])>;

    TableRows(Log& log, Table& table, const std::vector<RowRun>& runs)
        : log_{log}, table_{table}, runs_{runs} {}

    class Iterator {
    public:
        Iterator(const Table& table, std::uint32_t number) : table_{table}, number_{number} {}
        const Row& operator*() const { return table_[number_]; }
        Iterator& operator++() {
            ++number_;
            while (number_ < table_.end() && !table_.has(number_))
                ++number_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return number_ == other.number_; }

    private:
        const Table& table_;
        std::uint32_t number_;
    };

    Iterator begin() const { return {table_, table_.first()}; }
    Iterator end() const { return {table_, table_.end()}; }
    std::size_t size() const { return table_.size(); }
    Row& emplace_back() {
        while (run_ < runs_.size() && read_ == runs_[run_].count)
            begin_run();
        ++read_;
        if constexpr (std::default_initializable<Row>)
            return table_.parts_of(table_.add());
        else
            return table_.parts_of(table_.add(log_, table_.end()));
    }
    /// Call it after reading the last row. Skips the numbers after that row which were already in
    /// use when the table was written.
    void finish() {
        while (run_ < runs_.size())
            begin_run();
    }

private:
    void begin_run() {
        read_ = 0;
        if (++run_ < runs_.size()) table_.skip_to(runs_[run_].first);
    }

    Log& log_;
    Table& table_;
    const std::vector<RowRun>& runs_;
    std::size_t run_ = 0;
    /// Rows read in the present run.
    std::uint32_t read_ = 0;
};

/// Transfers the rows of a table: each as it is, or through `each` if that is given.
template <class Archive, class Log, class Table, class... Each>
void transfer_table(Archive& archive, Log& log, Table& table, Each... each) {
    constexpr bool is_read = !std::is_const_v<Table>;
    std::vector<RowRun> runs;
    if constexpr (!is_read) runs = runs_of(table);
    archive(runs);
    if constexpr (is_read) {
        if (!are_in_order(runs)) return archive.fail();
        table.skip_to(runs.front().first);
    }
    TableRows rows{log, table, runs};
    if constexpr (sizeof...(Each) == 0)
        archive(rows);
    else
        archive.each(rows, each...);
    if constexpr (is_read) rows.finish();
}

/// The value that an archive writes or fills.
template <class Value>
auto& value_of(Value& value) {
    if constexpr (std::is_const_v<Value>)
        return value.get();
    else
        return value.change();
}

template <class Archive, class Vector>
void transfer_vector(Archive& archive, Vector& vector) {
    if constexpr (std::is_const_v<Vector>) {
        archive(vector.values());
    } else {
        std::remove_cvref_t<decltype(vector.values())> values;
        archive(values);
        for (auto& value : values)
            vector.push_back(std::move(value));
    }
}

template <class Archive, class Value>
    requires Plain<std::remove_const_t<Value>>
void transfer(Archive& archive, Value& value) {
    each_field(value, [&archive](auto& field) { archive(field); });
}

template <class Archive, Some<EventRow> Row>
void transfer(Archive& archive, Row& row) {
    // The fields that aren't transferred are derived, such as the row's number, counts and holders.
    auto& [index, event, deleted, counts, lapsed, reservations, last, blocks, block_starts, holders, statuses, free_by_stretch, numbers, members, categories, stock, chooser, allocations, acts] =
        row;
    auto& [seq, at] = value_of(last);
    archive(event, deleted, seq, at, value_of(members), value_of(categories));
    transfer_vector(archive, blocks);
    transfer_vector(archive, allocations.all);
    transfer_vector(archive, acts);
    if (deleted) transfer_vector(archive, block_starts);
}

// The parts.

template <class Archive, class Self>
void SeatPlans::transfer_rows(Archive& archive, Self& plans) {
    auto& [log, events, by_id, blocks_by_id, by_start, deleted, allocation_ends] = plans;
    transfer_table(archive, log, events);
}

template <class Archive, class Self>
void Buyers::transfer_rows(Archive& archive, Self& buyers) {
    auto& [log, users, sales, by_sub] = buyers;
    transfer_table(archive, log, users, [&](auto& sub) { archive(sub); });
}

template <class Archive, class Self>
void Reservations::transfer_rows(Archive& archive, Self& reservations) {
    auto& [log, plans, rows, by_id, buyers, hold_ends, lapsed, lapsed_until, ended, totals] =
        reservations;
    Buyers::transfer_rows(archive, buyers);
    transfer_table(archive, log, rows);
}

template <class Archive, class Self>
void Requests::transfer_rows(Archive& archive, Self& requests) {
    auto& [log, rows, by_key] = requests;
    transfer_table(archive, log, rows);
}

template <class Archive, class Self>
void ApiKeys::transfer_rows(Archive& archive, Self& api_keys) {
    auto& [log, keys, by_id, live, last_seq] = api_keys;
    transfer_table(archive, log, keys);
    archive(value_of(last_seq));
}

template <class Archive, class Self>
void Orders::transfer_rows(Archive& archive, Self& orders) {
    auto& [log, plans, reservations, rows, by_id, by_payment, by_refund, by_reservation, by_request, by_user, by_event, ledger] =
        orders;
    transfer_table(archive, log, rows);
}

template <class Archive, class Self>
void Tickets::transfer_rows(Archive& archive, Self& tickets) {
    auto& [log, rows, by_id, by_holder, used] = tickets;
    transfer_table(archive, log, rows);
}

template <class Archive, class Self>
void Inventory::transfer_rows(Archive& archive, Self& inventory) {
    auto& [log, plans, reservations, requests, api_keys, orders, tickets, newest] = inventory;
    auto forgotten = log.forgotten();
    archive(value_of(newest), forgotten);
    if constexpr (!std::is_const_v<Self>) log.keep_forgotten(forgotten);
    SeatPlans::transfer_rows(archive, plans);
    Reservations::transfer_rows(archive, reservations);
    Requests::transfer_rows(archive, requests);
    ApiKeys::transfer_rows(archive, api_keys);
    Orders::transfer_rows(archive, orders);
    Tickets::transfer_rows(archive, tickets);
}

}  // namespace frontrow::domain
