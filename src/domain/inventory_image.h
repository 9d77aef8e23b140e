#pragma once

#include "domain/digest_fields.h"
#include "domain/inventory.h"

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// An inventory as plain values one after the other, for who keeps it longer than a process lives.
/// What is written are the rows; what follows from them (tables, counts, heaps) is made anew when
/// they are read, by derive().
///
/// Every type has one list of its fields, for both ways, and is taken apart into them whole: a type
/// that is given another field doesn't compile until its list has it too, nor until
/// domain/digest_fields.h has.
///
/// An `Archive` is called with values and takes or fills them: numbers, enumerators, texts, ids,
/// instants, optional, shared and listed ones, and structures, which it hands to transfer(). Its
/// each(container, f) calls f with each element; when it reads it makes them first.
class InventoryImage {
public:
    template <class Archive>
    static void write(Archive& archive, const Inventory& inventory) {
        transfer_rows(archive, inventory);
    }
    /// Into an empty inventory, which is good for nothing before derive().
    template <class Archive>
    static void read(Archive& archive, Inventory& inventory) {
        transfer_rows(archive, inventory);
    }
    static void derive(Inventory& inventory);

private:
    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& inventory);
};

/// A table's rows as a list for an archive. One that is read is added empty and then filled past
/// the table, which is right as long as no digest was asked for and no savepoint is open.
template <class Log, class Table>
class TableRows {
public:
    using Row = std::remove_cvref_t<decltype(std::declval<const Table&>()[0])>;

    TableRows(Log& log, Table& table) : log_{log}, table_{table} {}

    class Iterator {
    public:
        Iterator(const Table& table, std::uint32_t number) : table_{table}, number_{number} {}
        const Row& operator*() const { return table_[number_]; }
        Iterator& operator++() {
            ++number_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return number_ == other.number_; }

    private:
        const Table& table_;
        std::uint32_t number_;
    };

    Iterator begin() const { return {table_, 0}; }
    Iterator end() const { return {table_, table_.end()}; }
    std::size_t size() const { return table_.end(); }
    Row& emplace_back() {
        if constexpr (std::default_initializable<Row>)
            return table_.parts_of(table_.add());
        else
            return table_.parts_of(table_.add(log_, table_.end()));
    }

private:
    Log& log_;
    Table& table_;
};

/// To be written, or to be filled.
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

template <class T, class Of>
concept Some = std::same_as<std::remove_const_t<T>, Of>;

template <class Archive, Some<RequestMark> Mark>
void transfer(Archive& archive, Mark& mark) {
    auto& [key, content] = mark;
    archive(key, content);
}

template <class Archive, Some<Position> Place>
void transfer(Archive& archive, Place& place) {
    auto& [x, y] = place;
    archive(x, y);
}

template <class Archive, Some<SeatSpec> Seat>
void transfer(Archive& archive, Seat& seat) {
    auto& [number, section, row, price, position] = seat;
    archive(number, section, row, price, position);
}

template <class Archive, Some<SeatBlock> Block>
void transfer(Archive& archive, Block& block) {
    auto& [first_id, seats] = block;
    archive(first_id, seats);
}

template <class Archive, Some<EventSpec> Spec>
void transfer(Archive& archive, Spec& spec) {
    auto& [name, description, venue, start_at, end_at, total_seats, sales_start_at, hold, max_seats_per_reservation, max_seats_per_user, currency, payment] =
        spec;
    archive(name, description, venue, start_at, end_at, total_seats, sales_start_at, hold);
    archive(max_seats_per_reservation, max_seats_per_user, currency, payment);
}

template <class Archive, Some<Event> Entity>
void transfer(Archive& archive, Entity& event) {
    auto& [id, spec, created_by, created_at, updated_at, version] = event;
    archive(id, spec, created_by, created_at, updated_at, version);
}

template <class Archive, Some<Inventory::BlockStart> Start>
void transfer(Archive& archive, Start& start) {
    auto& [first_id, first] = start;
    archive(first_id, first);
}

template <class Archive, Some<Inventory::EventRow> Row>
void transfer(Archive& archive, Row& row) {
    // The others say where the row is, what its seats' names are and who has them.
    auto& [index, event, deleted, counts, lapsed, last, blocks, block_starts, holders, statuses, free_by_stretch, numbers] =
        row;
    auto& [seq, at] = value_of(last);
    archive(event, deleted, seq, at);
    transfer_vector(archive, blocks);
    if (deleted) transfer_vector(archive, block_starts);
}

template <class Archive, Some<Inventory::ReservationRow> Row>
void transfer(Archive& archive, Row& row) {
    auto& [id, event, user, seats, status, currency, hold_ms, total_amount, created_at, expires_at, confirmed_at, request] =
        row;
    archive(id, event, user, seats, status, currency, hold_ms, total_amount);
    archive(created_at, expires_at, confirmed_at, request);
}

template <class Archive, Some<ApiKey> Key>
void transfer(Archive& archive, Key& key) {
    auto& [id, name, role, prefix, digest, created_by, created_at, revoked_at] = key;
    archive(id, name, role, prefix, digest, created_by, created_at, revoked_at);
}

template <class Archive, class Self>
void InventoryImage::transfer_rows(Archive& archive, Self& inventory) {
    auto& [log, events, reservations, users, user_sales, events_by_id, reservations_by_id, users_by_sub, requests, requests_from, blocks_by_id, by_start, hold_ends, lapsed, api_keys, newest, totals] =
        inventory;
    auto& [seq, events_seq, at] = value_of(newest);
    archive(seq, events_seq, at, value_of(requests_from));
    TableRows event_rows{log, events};
    archive(event_rows);
    TableRows user_rows{log, users};
    archive.each(user_rows, [&](auto& sub) { archive(sub); });
    TableRows reservation_rows{log, reservations};
    archive(reservation_rows);
    auto& [keys, key_by_id, live_keys, keys_seq] = api_keys;
    TableRows key_rows{log, keys};
    archive(key_rows, value_of(keys_seq));
}

}  // namespace frontrow::domain
