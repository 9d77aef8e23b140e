#pragma once

#include "domain/inventory.h"

#include <concepts>
#include <type_traits>

namespace frontrow::domain {

/// An inventory as plain values one after the other, for who keeps it longer than a process lives.
/// What is written are the rows; what follows from them (tables, counts, heaps) is made anew when
/// they are read, by derive().
///
/// Every type has one list of its fields, for both ways, and is taken apart into them whole: a type
/// that is given another field doesn't compile until its list has it too.
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
    auto& [index, event, deleted, counts, lapsed, last_seq, last_at, blocks, block_starts, holders, statuses, free_by_stretch, numbers] =
        row;
    archive(event, deleted, last_seq, last_at, blocks);
    if (deleted) archive(block_starts);
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
    auto& [events, reservations, users, events_by_id, reservations_by_id, users_by_sub, requests, requests_from, blocks_by_id, by_start, hold_ends, lapsed, api_keys, last_seq, events_seq, last_at, pending_count, lapsed_count, confirmed_count] =
        inventory;
    archive(last_seq, events_seq, last_at, requests_from, events);
    archive.each(users, [&](auto& row) {
        auto& [sub, of_user, seats] = row;
        archive(sub);
    });
    archive(reservations);
    auto& [keys, key_by_id, live_keys, keys_seq] = api_keys;
    archive(keys, keys_seq);
}

}  // namespace frontrow::domain
