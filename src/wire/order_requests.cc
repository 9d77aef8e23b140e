#include "wire/accepted_text.h"
#include "wire/allocation_fields.h"
#include "wire/claim_reader.h"
#include "wire/parse_object.h"
#include "wire/payment_token.h"
#include "wire/plain_text.h"
#include "wire/requests.h"
#include "wire/ticket_json.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

// Requests about orders, payments and refunds.

namespace frontrow::wire {
namespace {

using domain::PaymentMethod;

constexpr TextBounds kToken{1, 255};
constexpr TextBounds kReturnUrl{8, 2'048};
/// How money is taken at a box office.
constexpr std::array kBoxOfficeMethods{
    PaymentMethod::cash,
    PaymentMethod::terminal,
    PaymentMethod::invoice,
    PaymentMethod::free
};

/// How a person can settle a payment or a refund.
constexpr std::array<std::string_view, 2> kResults{"succeeded", "failed"};

/// Whether the text has visible ASCII characters only.
bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

/// Whether the text is a run of as many digits as card numbers have. A card number must never get
/// into the journal.
bool looks_like_card_number(std::string_view text) {
    constexpr std::ptrdiff_t kDigitsMin = 12;
    constexpr std::ptrdiff_t kDigitsMax = 19;
    const auto digits = std::ranges::count_if(text, is_digit);
    const bool has_others =
        std::ranges::any_of(text, [](char c) { return !is_digit(c) && c != '-' && c != ' '; });
    return !has_others && digits >= kDigitsMin && digits <= kDigitsMax;
}

bool looks_like_url(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!text.starts_with(scheme)) continue;
        const auto rest = text.substr(scheme.size());
        return is_visible(text) && !rest.empty() && rest.find_first_of("/?#") != 0;
    }
    return false;
}

std::string read_return_url(ObjectReader& in) {
    auto url = in.optional_text("return_url", kReturnUrl).value_or("");
    if (in.has_good("return_url") && !looks_like_url(url))
        in.complain("return_url", "must be a URL that begins with https:// or http://");
    return url;
}

PaymentMethod read_box_office_method(ObjectReader& in) {
    const auto text = in.text("method", kAnyName);
    const auto* const chosen =
        std::ranges::find(kBoxOfficeMethods, text, [](PaymentMethod one) { return name_of(one); });
    if (chosen != kBoxOfficeMethods.end()) return *chosen;
    if (in.has("method")) {
        std::array<std::string_view, kBoxOfficeMethods.size()> names;
        std::ranges::transform(kBoxOfficeMethods, names.begin(), [](PaymentMethod one) {
            return name_of(one);
        });
        in.complain("method", must_be_one_of(names));
    }
    return PaymentMethod::cash;
}

/// Reads `tickets`, which may be absent.
std::vector<domain::TicketId> read_tickets(ObjectReader& in) {
    std::vector<domain::TicketId> tickets;
    if (!in.has("tickets")) return tickets;
    const auto* const list = in.array("tickets");
    if (list == nullptr) return tickets;
    if (list->empty() || list->size() > kSeatIdsMax) {
        in.complain("tickets", "must name 1 to " + std::to_string(kSeatIdsMax) + " tickets");
        return tickets;
    }
    for (const auto& one : *list) {
        const auto* const text = one.if_string();
        const auto id = text == nullptr ? std::nullopt : parse_ticket_id(*text);
        if (!id) {
            in.complain(
                "tickets", "must hold ids of tickets: a reservation's UUID, a dot and a number"
            );
            return tickets;
        }
        tickets.push_back(*id);
    }
    return tickets;
}

}  // namespace

std::string read_payment_token(ObjectReader& in) {
    auto token = in.optional_text("token", kToken).value_or("");
    if (looks_like_card_number(token))
        in.complain("token", "must be a token from the payment provider, never a card number");
    return token;
}

Result<OrderRequest, ParseError> parse_order_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        OrderRequest request;
        request.reservation = in.id<ReservationId>("reservation_id");
        request.contact = read_contact(in);
        request.accepts_terms = in.flag("terms_accepted");
        return request;
    });
}

Result<ConfirmRequest, ParseError> parse_confirm_request(std::string_view body) {
    if (body.empty()) return ConfirmRequest{};
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        return ConfirmRequest{.accepts_terms = in.flag("terms_accepted")};
    });
}

Result<PaymentRequest, ParseError> parse_payment_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        if (in.has("token") && in.has("return_url"))
            in.complain("return_url", "can't be given together with a token");
        else if (!in.has("token") && !in.has("return_url"))
            in.complain("token", "is required unless there is a return_url");
        return PaymentRequest{.token = read_payment_token(in), .return_url = read_return_url(in)};
    });
}

Result<RefundRequest, ParseError> parse_refund_request(std::string_view body) {
    if (body.empty()) return RefundRequest{};
    return parse_object(body, [](ObjectReader& in, Complaints& complaints) {
        // Without them all that is left goes back, and a misspelt name would have the same effect.
        in.refuse_others(
            {"seat_ids", "items", "tickets", "return_to_sale", "despite_dispute"},
            "isn't a field of a refund: name seat_ids, items or tickets, or none of them for all "
            "that is left"
        );
        RefundRequest request;
        request.claim = read_seats_and_items(in, complaints);
        request.tickets = read_tickets(in);
        request.returns_to_sale = in.flag("return_to_sale");
        request.despite_dispute = in.flag("despite_dispute");
        return request;
    });
}

Result<SettlementRequest, ParseError> parse_settlement_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        SettlementRequest request;
        if (in.has("payment_id") && in.has("refund_id"))
            in.complain("refund_id", "can't be given together with a payment_id");
        else if (in.has("refund_id"))
            request.refund = in.id<RefundId>("refund_id");
        else
            request.payment = in.id<PaymentId>("payment_id");
        const auto result = in.text("result", kAnyName);
        request.is_done = result == kResults.front();
        if (in.has_good("result") && std::ranges::count(kResults, result) == 0)
            in.complain("result", must_be_one_of(kResults));
        return request;
    });
}

Result<BoxOfficeRequest, ParseError> parse_box_office_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints& complaints) {
        BoxOfficeRequest request;
        read_claim(in, complaints, request.claim);
        request.claim.access_code = in.optional_text("access_code", kAccessCode);
        request.method = read_box_office_method(in);
        request.contact = read_contact(in);
        return request;
    });
}

std::string canonical(const OrderRequest& request) {
    return write_fields([&](FieldsWriter& fields) {
        fields("reservation_id", request.reservation);
        write_contact(fields, request.contact);
        fields.flag("terms_accepted", request.accepts_terms);
    });
}

std::string canonical(const PaymentRequest& request) {
    return write_fields([&](FieldsWriter& fields) {
        fields.unless_empty("token", request.token);
        fields.unless_empty("return_url", request.return_url);
    });
}

std::string canonical(EventId event, const BoxOfficeRequest& request) {
    const auto& claim = request.claim;
    const auto rest = write_fields([&](FieldsWriter& fields) {
        fields("method", request.method);
        write_contact(fields, request.contact);
    });
    return canonical(event, claim.seats, {}, claim.items, claim.best, claim.access_code) + rest;
}

}  // namespace frontrow::wire
