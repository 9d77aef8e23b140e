#pragma once

#include "base/id.h"
#include "domain/seat.h"

#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::domain {

/// The reasons for a refusal, in the order in which they are tested. http/problem.cc gives each its
/// status, code and sentence.
enum class Reason : std::uint8_t {
    format_too_low,
    idempotency_key_reused,
    event_not_found,
    reservation_not_found,
    version_stale,
    event_has_sales,
    seat_number_taken,
    event_full,
    category_taken,
    too_many_categories,
    allocation_not_found,
    allocation_taken,
    until_passed,
    allocations_full,
    code_taken,
    creator_as_member,
    member_not_found,
    too_many_members,
    sales_not_open,
    sales_closed,
    sales_paused,
    seat_named_twice,
    hold_too_long,
    not_in_reservation,
    nothing_left,
    too_many_seats,
    code_invalid,
    seat_not_found,
    section_not_found,
    category_not_found,
    stock_below_taken,
    user_limit_reached,
    allocation_used_up,
    seats_unavailable,
    not_together,
    sold_out,
    reservation_confirmed,
    reservation_cancelled,
    hold_expired,
    payment_in_progress,
    payment_required,
    order_not_found,
    order_exists,
    order_paid,
    order_closed,
    too_many_payments,
    payment_not_found,
    amount_differs,
    refund_not_found,
    refunded_otherwise,
    nothing_to_refund,
    not_in_order,
    tickets_in_use,
    payment_disputed,
    event_cancelled,
    terms_not_accepted,
    ticket_not_found,
    ticket_refunded,
    ticket_used,
    ticket_unused,
    extension_too_long,
    api_key_not_found,
    too_many_api_keys,
    not_writable,
};

struct SeatConflict {
    SeatId seat;
    SeatStatus status = SeatStatus::reserved;

    friend bool operator==(const SeatConflict&, const SeatConflict&) = default;
};

struct Refusal {
    Reason reason{};
    /// The limit that would be exceeded, in seats, seconds, keys, members, categories, allocations
    /// or payments; 0 if there is none. With amount_differs, the order's amount. With
    /// format_too_low, the format that is needed. With sold_out, the units that are left; with
    /// stock_below_taken, those that are held, sold or held back. With allocation_used_up, the
    /// tickets that the buyer can still have of the allocation. With tickets_in_use, the units that
    /// are neither used nor transferred.
    std::int64_t limit = 0;
    /// The number or id of the seat, the id of the ticket, or the name of the section, category or
    /// allocation, that caused the refusal; empty if no single one did. With sold_out: the category
    /// that has too few units left; empty if too few seats are free. With allocations_full: what
    /// there are too many of.
    std::string subject{};
    /// With seats_unavailable: each wanted seat that isn't free.
    std::vector<SeatConflict> conflicts{};
    /// With seats_unavailable, if the buyer wants to know: free seats to take instead.
    std::vector<SeatIds> alternatives{};
    /// The domain wasn't asked: the seat gate in front of the store had let another buyer through
    /// for these seats.
    bool is_by_gate = false;
};

}  // namespace frontrow::domain
