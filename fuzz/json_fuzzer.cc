#include "base/check.h"
#include "round_trip.h"
#include "support/for_the_tree.h"
#include "wire/csv_reader.h"
#include "wire/csv_record.h"
#include "wire/entity_json.h"
#include "wire/fact_json.h"
#include "wire/order_csv.h"
#include "wire/plain_fact.h"
#include "wire/plain_reservation.h"
#include "wire/requests.h"
#include "wire/seat_csv.h"
#include "wire/seat_dialect.h"
#include "wire/stock_csv.h"
#include "wire/stock_dialect.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// Gives any bytes to every parser of bodies and of journal lines. What is accepted is read back
// from the journal unchanged.

namespace frontrow::fuzz {
namespace {

/// A bulk request of 40 bytes can produce 100,000 seats; checking the first 100 is enough.
constexpr std::size_t kSeatsMax = 100;

void check_fact(domain::FactBody body) {
    check_round_trip({.seq = 1, .at = {}, .trace = {}, .event = {}, .body = std::move(body)});
}

template <class Value>
bool is_accepted(const Result<Value, wire::ParseError>& parsed) {
    CHECK(parsed || !parsed.error().fields.empty());
    return parsed.has_value();
}

void try_event(std::string_view text) {
    const auto spec = wire::parse_event_request(text);
    if (!is_accepted(spec)) return;
    check_fact(domain::EventCreated{*spec, "organizer"});
    // The answer must be a valid request for the same event.
    domain::Event event;
    event.spec = *spec;
    std::string answer;
    wire::append_event(answer, event, event.updated_at);
    const auto again = wire::parse_event_request(answer);
    CHECK(again && *again == *spec);
}

void check_seats(
    std::vector<domain::SeatSpec> seats,
    const std::vector<domain::HeldBackSeats>& held_back = {}
) {
    for (const auto& [allocation, of_it] : held_back) {
        CHECK(!of_it.empty() && std::ranges::max(of_it) < seats.size());
        check_fact(domain::AllocationAdded{{.name = allocation, .seats = {SeatId{}}}});
    }
    if (seats.size() > kSeatsMax) seats.resize(kSeatsMax);
    auto block = std::make_shared<domain::SeatBlock>();
    block->seats = std::move(seats);
    check_fact(domain::SeatsAdded{block});
    std::string answer;
    wire::append_new_seats(answer, EventId{}, *block, {});
    boost::system::error_code error;
    CHECK(boost::json::parse(answer, error).is_array() && !error);
}

void try_sale(std::string_view text) {
    const auto action = wire::parse_request<domain::SaleAction>(text);
    if (is_accepted(action)) check_fact(domain::SaleChanged{*action});
}

void try_seats(std::string_view text) {
    if (auto seat = wire::parse_seat_request(text); is_accepted(seat))
        check_seats({std::move(*seat)});
    if (auto seats = wire::parse_bulk_seats_request(text); is_accepted(seats)) {
        CHECK(!seats->seats.empty());
        check_seats(std::move(seats->seats), seats->held_back);
    }
}

void try_table(std::string_view text) {
    auto table = wire::parse_seat_csv(text);
    if (!is_accepted(table)) return;
    CHECK(!table->seats.empty() && table->seats.size() == table->lines.size());
    const auto& last = table->seats.back();
    CHECK(!wire::lines_of(last.number, table->seats, table->lines).empty());
    check_seats(std::move(table->seats), table->held_back);
}

void try_stock_tables(std::string_view text) {
    if (const auto rows = wire::parse_category_csv(text); is_accepted(rows)) {
        for (const auto& row : *rows)
            check_fact(domain::CategoryAdded{row.category});
    }
    if (const auto rows = wire::parse_allocation_csv(text); is_accepted(rows)) {
        for (const auto& row : *rows)
            check_fact(domain::AllocationAdded{row.allocation});
    }
}

void try_reservation(std::string_view text) {
    if (const auto extension = wire::parse_request<wire::ExtensionRequest>(text);
        is_accepted(extension))
        CHECK(extension->by.count() > 0);
    const auto request = wire::parse_reservation_request(text);
    const auto plain = wire::read_plain_reservation(text);
    if (plain) CHECK(request == wire::parse_reservation_request(test::for_the_tree(text)));
    if (!is_accepted(request)) return;
    CHECK(!plain || plain == *request);
    CHECK(!request->seats.empty() || !request->items.empty() || request->best);
    CHECK(!request->best || (request->seats.empty() && request->best->quantity > 0));
    const auto key = request->idempotency_key;
    CHECK(!key || !wire::check_idempotency_key(*key));
    const auto bytes = wire::canonical(
        request->event,
        request->seats,
        request->hold,
        request->items,
        request->best,
        request->access_code
    );
    auto size = 16 * (request->seats.size() + 2 + request->items.size());
    for (const auto& item : request->items)
        size += item.category.size();
    if (const auto& best = request->best)
        size += 16 + (best->price_max ? 16 : 0) + (best->near ? 16 : 0) +
                (best->section ? 16 + best->section->size() : 0);
    if (request->access_code) size += 16 + request->access_code->size();
    CHECK(bytes.size() == size);
    domain::ReservationHeld held;
    held.user = key.value_or("buyer");
    held.seats = request->seats;
    for (auto& item : request->items)
        held.items.push_back({item.category, item.quantity});
    check_fact(std::move(held));
}

void try_change(std::string_view text) {
    auto request = wire::parse_change_request(text);
    if (!is_accepted(request)) return;
    CHECK(!request->add.is_empty() || !request->remove.is_empty());
    auto size = 2 * 16UZ;
    domain::ReservationChanged changed;
    for (const auto* side : {&request->add, &request->remove}) {
        size += 16 * (side->seats.size() + side->items.size());
        for (const auto& item : side->items) {
            size += item.category.size();
            changed.removed_items.push_back({item.category, item.quantity});
        }
    }
    CHECK(wire::canonical(*request).size() == size);
    changed.added_seats = std::move(request->add.seats);
    changed.removed_seats = std::move(request->remove.seats);
    check_fact(std::move(changed));
}

void try_api_key(std::string_view text) {
    const auto request = wire::parse_request<wire::ApiKeyRequest>(text);
    if (!is_accepted(request)) return;
    domain::ApiKeyCreated created;
    created.name = request->name;
    created.role = request->role;
    created.account = request->account;
    check_fact(std::move(created));
}

void try_account(std::string_view text) {
    const auto request = wire::parse_request<wire::AccountRequest>(text);
    if (!is_accepted(request)) return;
    CHECK(!request->account.empty());
    check_fact(domain::ApiKeyMoved{.key = {}, .account = request->account, .moved_by = "root"});
}

void try_member(std::string_view text) {
    const auto request = wire::parse_request<wire::MemberRequest>(text);
    if (!is_accepted(request)) return;
    CHECK(!wire::check_sub(request->sub));
    check_fact(domain::MemberAdded{request->sub, request->role});
}

void try_allocation(std::string_view text) {
    if (auto request = wire::parse_allocation_request(text); is_accepted(request)) {
        auto& allocation = request->allocation;
        CHECK(wire::accept_allocation_name(allocation.name) == allocation.name);
        CHECK(allocation.seats.empty() == (allocation.quantity > 0));
        CHECK(allocation.codes.empty());
        check_fact(domain::AllocationAdded{std::move(allocation)});
    }
    if (auto request = wire::parse_allocation_change_request(text); is_accepted(request))
        check_fact(domain::AllocationChanged{"A", std::move(request->change)});
}

void try_category(std::string_view text) {
    if (auto category = wire::parse_request<domain::Category>(text); is_accepted(category)) {
        CHECK(wire::accept_category_name(category->name) == category->name);
        check_fact(domain::CategoryAdded{std::move(*category)});
    }
    if (const auto terms = wire::parse_request<wire::CategoryTerms>(text); is_accepted(terms))
        CHECK(terms->price >= 0 && terms->total_stock <= domain::kStockMax);
}

void try_orders(std::string_view text) {
    if (const auto order = wire::parse_order_request(text); is_accepted(order)) {
        const auto record = wire::contact_record(order->contact, "alice");
        CHECK(wire::parse_contact_record(record).value().contact == order->contact);
    }
    if (const auto payment = wire::parse_payment_request(text); is_accepted(payment)) {
        CHECK(payment->token.empty() != payment->return_url.empty());
        domain::PaymentIntended intended;
        intended.token = payment->token;
        intended.return_url = payment->return_url;
        check_fact(std::move(intended));
    }
    if (auto refund = wire::parse_refund_request(text); is_accepted(refund)) {
        domain::RefundIntended intended;
        intended.seats = std::move(refund->claim.seats);
        check_fact(std::move(intended));
    }
    if (const auto settled = wire::parse_settlement_request(text); is_accepted(settled))
        CHECK(settled->payment.has_value() != settled->refund.has_value());
    if (const auto sale = wire::parse_box_office_request(text); is_accepted(sale)) {
        const auto& claim = sale->claim;
        CHECK(!claim.seats.empty() || !claim.items.empty() || claim.best);
        CHECK(sale->method != domain::PaymentMethod::provider);
    }
}

void try_seat_dialect(std::string_view text) {
    if (const auto hold = wire::parse_seat_hold_request(text); is_accepted(hold))
        CHECK(!hold->hold || hold->hold->count() > 0);
    if (const auto by = wire::parse_seat_extension_request(text); is_accepted(by))
        CHECK(!*by || (*by)->count() > 0);
    if (const auto order = wire::parse_seat_order_request(text); is_accepted(order)) {
        const auto record = wire::contact_record(order->contact, "alice");
        CHECK(wire::parse_contact_record(record).value().contact == order->contact);
    }
    if (auto payment = wire::parse_seat_payment_request(text); is_accepted(payment)) {
        domain::PaymentIntended intended;
        intended.token = std::move(payment->token);
        check_fact(std::move(intended));
    }
}

void try_stock_dialect(std::string_view text) {
    const auto spec = wire::parse_stock_event_request(text, std::chrono::seconds{900});
    if (is_accepted(spec)) {
        CHECK(spec->start_at < spec->end_at && sales_end(*spec) <= spec->end_at);
        check_fact(domain::EventCreated{*spec, "organizer"});
    }
    if (const auto wish = wire::parse_stock_reservation_request(text); is_accepted(wish)) {
        CHECK(wire::accept_category_name(wish->category) == wish->category);
        const std::vector<domain::CategoryView> all{{.category = {.name = wish->category}}};
        CHECK(wire::find_category(all, wish->category) == &all.front());
        std::string answer;
        wire::append_stock_left(answer, all);
        boost::system::error_code error;
        CHECK(boost::json::parse(answer, error).is_object() && !error);
    }
    if (const auto word = wire::parse_stock_confirmation_request(text); is_accepted(word))
        CHECK(text.contains(word->payment_ok ? "true" : "false"));
}

/// A field of a table is read back as it was written, but for the apostrophe before a formula.
void try_csv_field(std::string_view text) {
    std::string record;
    wire::append_csv_field(record, text);
    std::vector<std::string> fields;
    // An empty record is skipped, and so are line ends before a record.
    record = "a," + record;
    wire::CsvReader reader{record};
    CHECK(reader.next(fields) && fields.size() == 2 && fields[1].ends_with(text));
    CHECK(fields[1].empty() || !std::string_view{"=+-@\t\r"}.contains(fields[1].front()));
}

void try_fact(std::string_view text) {
    const auto fact = wire::parse_fact(text);
    if (wire::read_plain_fact(text)) {
        const auto by_tree = wire::parse_fact(test::for_the_tree(text));
        CHECK(fact && by_tree && *fact == *by_tree);
    }
    if (is_accepted(fact)) check_round_trip(*fact);
}

}  // namespace
}  // namespace frontrow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace frontrow::fuzz;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    try_event(text);
    try_sale(text);
    try_seats(text);
    try_table(text);
    try_stock_tables(text);
    try_reservation(text);
    try_change(text);
    try_api_key(text);
    try_account(text);
    try_member(text);
    try_allocation(text);
    try_category(text);
    try_orders(text);
    try_seat_dialect(text);
    try_stock_dialect(text);
    try_csv_field(text);
    try_fact(text);
    return 0;
}
