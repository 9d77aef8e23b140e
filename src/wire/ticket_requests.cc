#include "wire/ticket_requests.h"

#include "domain/ticket.h"
#include "wire/parse_object.h"

#include <boost/json.hpp>

#include <utility>

namespace frontrow::wire {
namespace {

/// A code has 400 characters at most; a person may have put blanks and hyphens in between.
constexpr TextBounds kCode{1, 1'000};
constexpr TextBounds kGate{0, domain::kGateCharactersMax, TextKind::label};

std::string read_gate(ObjectReader& in) {
    return in.optional_text("gate", kGate).value_or("");
}

template <class SomeId>
std::optional<SomeId> read_optional_id(ObjectReader& in, std::string_view field) {
    return in.has(field) ? std::optional{in.id<SomeId>(field)} : std::nullopt;
}

}  // namespace

Result<CheckInRequest, ParseError> parse_check_in_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        CheckInRequest request{
            .code = in.text("code", kCode), .gate = read_gate(in), .event = {}, .scan = {}
        };
        request.event = read_optional_id<EventId>(in, "event_id");
        request.scan = read_optional_id<ScanId>(in, "scan_id");
        return request;
    });
}

Result<CheckInBatchRequest, ParseError> parse_check_in_batch_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints& complaints) {
        CheckInBatchRequest request;
        request.event = read_optional_id<EventId>(in, "event_id");
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
            scan.id = one.id<ScanId>("scan_id");
            scan.at = one.instant("scanned_at");
            scan.gate = one.has("gate") ? read_gate(one) : gate;
            request.scans.push_back(std::move(scan));
        });
        return request;
    });
}

Result<TransferRequest, ParseError> parse_transfer_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        return TransferRequest{.sub = in.sub("sub")};
    });
}

std::string canonical(const TransferRequest& request) {
    return write_fields([&](FieldsWriter& fields) { fields.sub("sub", request.sub); });
}

}  // namespace frontrow::wire
