#pragma once

#include "domain/order.h"
#include "domain/reservation.h"
#include "domain/seat.h"

#include <string_view>

namespace frontrow::wire {

/// A seat that is held back looks like one that is sold.
constexpr std::string_view name_of(domain::SeatStatus status) {
    switch (status) {
        case domain::SeatStatus::available:
            return "available";
        case domain::SeatStatus::reserved:
            return "reserved";
        case domain::SeatStatus::confirmed:
        case domain::SeatStatus::held_back:
            return "confirmed";
    }
}

constexpr std::string_view name_of(domain::ReservationStatus status) {
    switch (status) {
        case domain::ReservationStatus::pending:
            return "pending";
        case domain::ReservationStatus::confirmed:
            return "confirmed";
        case domain::ReservationStatus::cancelled:
            return "cancelled";
        case domain::ReservationStatus::expired:
            return "expired";
    }
}

constexpr std::string_view name_of(domain::PaymentStatus status) {
    switch (status) {
        case domain::PaymentStatus::open:
            return "open";
        case domain::PaymentStatus::succeeded:
            return "succeeded";
        case domain::PaymentStatus::declined:
            return "declined";
    }
}

constexpr std::string_view name_of(domain::RefundStatus status) {
    switch (status) {
        case domain::RefundStatus::open:
            return "open";
        case domain::RefundStatus::succeeded:
            return "succeeded";
        case domain::RefundStatus::failed:
            return "failed";
    }
}

}  // namespace frontrow::wire
