#include "wire/order_csv.h"

#include "base/instant.h"
#include "wire/csv_record.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace frontrow::wire {
namespace {

using namespace domain;

constexpr std::array<std::string_view, 14> kColumns{
    "order_id",
    "reservation_id",
    "created_at",
    "status",
    "user_id",
    "email",
    "locale",
    "tickets",
    "amount",
    "captured",
    "refunded",
    "currency",
    "payment_method",
    "disputed",
};

std::uint64_t tickets_of(const Order& order) {
    std::uint64_t tickets = 0;
    for (const auto& line : order.lines)
        tickets += line.quantity;
    return tickets;
}

/// How the order was paid; empty if it wasn't.
std::string_view method_of(const Order& order) {
    const auto paid = std::ranges::find(order.payments, PaymentStatus::succeeded, &Payment::status);
    return paid == order.payments.end() ? std::string_view{} : name_of(paid->method);
}

}  // namespace

void append_order_columns(std::string& out) {
    append_csv_record(out, kColumns);
}

void append_order_record(std::string& out, const OrderView& view, const Contact& contact) {
    const auto& order = view.order;
    const auto id = order.id.to_string();
    const auto reservation = order.reservation.to_string();
    const auto created_at = to_rfc3339(order.created_at);
    const auto tickets = std::to_string(tickets_of(order));
    const auto amount = std::to_string(order.amount);
    const auto taken = std::to_string(captured(order));
    const auto given_back = std::to_string(refunded(order));
    const bool is_disputed = std::ranges::any_of(order.payments, &Payment::is_disputed);
    const std::array<std::string_view, kColumns.size()> fields{
        id,
        reservation,
        created_at,
        name_of(view.status),
        order.user,
        contact.email,
        contact.locale,
        tickets,
        amount,
        taken,
        given_back,
        order.currency.code(),
        method_of(order),
        is_disputed ? "true" : "false",
    };
    append_csv_record(out, fields);
}

}  // namespace frontrow::wire
