#include "domain/command_traits.h"
#include "wire/fact_json.h"
#include "wire/object_reader.h"
#include "wire/plain_fact.h"
#include "wire/spec_json.h"

#include <boost/algorithm/hex.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <limits>

namespace frontrow::wire {
namespace {

using namespace domain;

/// The past has no limits of ours.
constexpr TextBounds kAnyText{};
constexpr IntegerBounds kAnyPositive{0, std::numeric_limits<std::int64_t>::max()};

SeatsAdded read_seats_added(ObjectReader& in, Complaints& complaints) {
    auto block = std::make_shared<SeatBlock>();
    block->first_id = in.id<SeatId>("first_seat_id");
    if (const auto* seats = in.array("seats")) {
        block->seats.reserve(seats->size());
        for (const auto& seat : *seats) {
            if (!seat.is_object()) {
                in.complain("seats", "must hold objects");
                break;
            }
            ObjectReader reader{seat.get_object(), "seats[].", complaints, Origin::history};
            block->seats.push_back(read_seat_spec(reader));
        }
    }
    return SeatsAdded{std::move(block)};
}

ReservationHeld read_reservation_held(ObjectReader& in) {
    ReservationHeld body;
    body.reservation = in.id<ReservationId>("reservation_id");
    body.user = in.text("user_id", kAnyText);
    if (const auto* seats = in.array("seat_ids")) {
        body.seats.reserve(seats->size());
        for (const auto& seat : *seats) {
            const auto* text = seat.if_string();
            const auto id = text == nullptr ? std::nullopt : SeatId::parse(*text);
            if (!id) in.complain("seat_ids", "must hold UUIDs");
            body.seats.push_back(id.value_or(SeatId{}));
        }
    }
    body.total_amount = in.integer("total_amount", kAnyPositive);
    body.expires_at = in.instant("expires_at");
    body.request.key = in.hex128("request_key");
    body.request.content = in.hex128("request_content");
    return body;
}

ApiKeyDigest read_digest(ObjectReader& in) {
    ApiKeyDigest digest{};
    const auto text = in.text("digest", kAnyText);
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (text.size() == 2 * digest.size() && std::ranges::all_of(text, is_digit)) {
        boost::algorithm::unhex(text.begin(), text.end(), digest.begin());
    } else {
        in.complain("digest", "must be 64 hexadecimal digits");
    }
    return digest;
}

ApiKeyCreated read_api_key_created(ObjectReader& in) {
    ApiKeyCreated body;
    body.key = in.id<ApiKeyId>("api_key_id");
    body.name = in.text("name", kAnyText);
    body.role = read_role(in);
    body.prefix = in.text("prefix", kAnyText);
    body.digest = read_digest(in);
    body.created_by = in.text("created_by", kAnyText);
    return body;
}

FactBody read_body(std::string_view type, ObjectReader& in, Complaints& complaints) {
    if (type == "ReservationHeld") return read_reservation_held(in);
    if (type == "ReservationConfirmed")
        return ReservationConfirmed{in.id<ReservationId>("reservation_id")};
    if (type == "ReservationExpired")
        return ReservationExpired{in.id<ReservationId>("reservation_id")};
    if (type == "ReservationCancelled")
        return ReservationCancelled{in.id<ReservationId>("reservation_id")};
    if (type == "ReservationExtended") {
        return ReservationExtended{
            in.id<ReservationId>("reservation_id"), in.instant("expires_at")
        };
    }
    if (type == "SeatsAdded") return read_seats_added(in, complaints);
    if (type == "EventCreated")
        return EventCreated{read_event_spec(in), in.text("created_by", kAnyText)};
    if (type == "EventUpdated") return EventUpdated{read_event_spec(in)};
    if (type == "ApiKeyCreated") return read_api_key_created(in);
    if (type == "ApiKeyRevoked")
        return ApiKeyRevoked{in.id<ApiKeyId>("api_key_id"), in.text("revoked_by", kAnyText)};
    if (type != "EventDeleted")
        complaints.add("type", "is unknown to this version of Frontrow: " + std::string{type});
    return EventDeleted{};
}

std::unexpected<ParseError> not_a_fact(std::string message) {
    return std::unexpected(ParseError{{FieldError{"", std::move(message)}}});
}

}  // namespace

Result<domain::Fact, ParseError> parse_fact(std::string_view line) {
    if (auto fact = read_plain_fact(line)) return std::move(*fact);
    std::array<unsigned char, 4096> memory;
    boost::json::monotonic_resource resource{memory.data(), memory.size()};
    boost::system::error_code error;
    const auto document = boost::json::parse(line, error, &resource);
    if (error || !document.is_object()) return not_a_fact("isn't a JSON object");

    Complaints complaints;
    ObjectReader in{document.get_object(), "", complaints, Origin::history};
    Fact fact;
    fact.seq = static_cast<std::uint64_t>(in.integer("seq", kAnyPositive));
    const auto type = in.text("type", kAnyText);
    fact.at = in.instant("at");
    fact.trace = TraceId{in.hex128("trace_id")};
    if (const auto* data = in.object("data")) {
        ObjectReader body{*data, "data.", complaints, Origin::history};
        fact.body = read_body(type, body, complaints);
    }
    if (traits_of(fact.body).is_about_event) fact.event = in.id<EventId>("event_id");
    if (!complaints.none()) return std::unexpected(complaints.take());
    return fact;
}

}  // namespace frontrow::wire
