#include "wire/ticket_requests.h"

#include "base/text.h"
#include "domain/ticket.h"
#include "wire/parse_object.h"

#include <boost/json.hpp>

#include <cstddef>
#include <utility>

namespace frontrow::wire {
namespace {

/// A code has 400 characters at most; a person may have put blanks and hyphens in between.
constexpr TextBounds kCode{1, 1'000};
constexpr std::size_t kSubCharactersMax = 255;
constexpr TextBounds kGate{0, domain::kGateCharactersMax, TextKind::label};

std::string read_gate(ObjectReader& in) {
    return in.optional_text("gate", kGate).value_or("");
}

std::optional<EventId> read_optional_event(ObjectReader& in) {
    return in.has("event_id") ? std::optional{in.id<EventId>("event_id")} : std::nullopt;
}

/// Reads `scan_id`, which must be present. A device that forgets to make ids sends the nil one.
ScanId read_scan_id(ObjectReader& in) {
    const auto id = in.id<ScanId>("scan_id");
    if (in.has_good("scan_id") && id == ScanId{})
        in.complain("scan_id", "must not be the nil UUID: each scan needs an id of its own");
    return id;
}

}  // namespace

Result<CheckInRequest, ParseError> parse_check_in_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        CheckInRequest request{
            .code = in.text("code", kCode), .gate = read_gate(in), .event = {}, .scan = {}
        };
        request.event = read_optional_event(in);
        if (in.has("scan_id")) request.scan = read_scan_id(in);
        return request;
    });
}

Result<CheckInBatchRequest, ParseError> parse_check_in_batch_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints& complaints) {
        CheckInBatchRequest request;
        request.event = read_optional_event(in);
        const auto gate = read_gate(in);
        const auto* list = in.array("scans");
        if (list == nullptr) return request;
        if (list->empty() || list->size() > domain::kScansAtOnceMax) {
            in.complain(
                "scans", "must hold 1 to " + std::to_string(domain::kScansAtOnceMax) + " scans"
            );
            return request;
        }
        request.scans.reserve(list->size());
        read_each("scans", *list, complaints, [&](ObjectReader& one) {
            OfflineScan scan;
            scan.code = one.text("code", kCode);
            scan.id = read_scan_id(one);
            scan.at = one.instant("scanned_at");
            scan.gate = one.has("gate") ? read_gate(one) : gate;
            request.scans.push_back(std::move(scan));
        });
        return request;
    });
}

Result<TransferRequest, ParseError> parse_transfer_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        TransferRequest request{.sub = in.sub("sub")};
        const bool looks_like_itself =
            !find_flaw(request.sub, {0, kSubCharactersMax, TextKind::label}, TextLines::one);
        if (in.has_good("sub") && !looks_like_itself)
            in.complain(
                "sub", "must have no invisible characters, and single blanks inside at most"
            );
        return request;
    });
}

std::string canonical(const TransferRequest& request) {
    return write_fields([&](FieldsWriter& fields) { fields.sub("sub", request.sub); });
}

}  // namespace frontrow::wire
