#pragma once

#include "domain/facts.h"

#include <algorithm>
#include <concepts>
#include <variant>

namespace frontrow::domain {

// Whether two facts say the same.

inline bool same(const EventCreated& a, const EventCreated& b) {
    return a.spec == b.spec && a.created_by == b.created_by;
}
inline bool same(const EventUpdated& a, const EventUpdated& b) {
    return a.spec == b.spec;
}
inline bool same(const EventDeleted&, const EventDeleted&) {
    return true;
}
inline bool same(const SeatSpec& a, const SeatSpec& b) {
    const bool same_place = a.position == nullptr
                                ? b.position == nullptr
                                : b.position != nullptr && *a.position == *b.position;
    return a.number == b.number && a.section == b.section && a.row == b.row && a.price == b.price &&
           same_place;
}
inline bool same(const SeatsAdded& a, const SeatsAdded& b) {
    return a.block->first_id == b.block->first_id &&
           std::ranges::equal(a.block->seats, b.block->seats, [](auto& left, auto& right) {
               return same(left, right);
           });
}
inline bool same(const ReservationHeld& a, const ReservationHeld& b) {
    return a.reservation == b.reservation && a.user == b.user && a.seats == b.seats &&
           a.total_amount == b.total_amount && a.expires_at == b.expires_at &&
           a.request == b.request;
}
inline bool same(const ReservationExtended& a, const ReservationExtended& b) {
    return a.reservation == b.reservation && a.expires_at == b.expires_at;
}
inline bool same(const ApiKeyCreated& a, const ApiKeyCreated& b) {
    return a.key == b.key && a.name == b.name && a.role == b.role && a.prefix == b.prefix &&
           a.digest == b.digest && a.created_by == b.created_by;
}
inline bool same(const ApiKeyRevoked& a, const ApiKeyRevoked& b) {
    return a.key == b.key && a.revoked_by == b.revoked_by;
}
/// The three that say no more than which reservation.
template <class Ended>
bool same(const Ended& a, const Ended& b) {
    return a.reservation == b.reservation;
}

/// Of kind and content.
inline bool same(const FactBody& a, const FactBody& b) {
    return std::visit(
        []<class A, class B>(const A& left, const B& right) {
            if constexpr (std::same_as<A, B>) {
                return same(left, right);
            } else {
                return false;
            }
        },
        a,
        b
    );
}

inline bool same(const Fact& a, const Fact& b) {
    return a.seq == b.seq && a.at == b.at && a.trace == b.trace && a.event == b.event &&
           same(a.body, b.body);
}

}  // namespace frontrow::domain
