#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"
#include "wire/parse_error.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

// Request bodies about tickets and gates, by the rules in requests.h.

/// A scan by a gate that asks at once.
struct CheckInRequest {
    std::string code;
    /// Empty if the device gave none.
    std::string gate;
    std::optional<EventId> event;
    std::optional<ScanId> scan;
};

/// A scan by a gate that was without a network.
struct OfflineScan {
    std::string code;
    ScanId id;
    Instant at;
    std::string gate;
};

struct CheckInBatchRequest {
    std::optional<EventId> event;
    /// At least one, at most domain::kScansAtOnceMax.
    std::vector<OfflineScan> scans;
};

struct TransferRequest {
    std::string sub;
};

Result<CheckInRequest, ParseError> parse_check_in_request(std::string_view body);
Result<CheckInBatchRequest, ParseError> parse_check_in_batch_request(std::string_view body);
Result<TransferRequest, ParseError> parse_transfer_request(std::string_view body);
std::string canonical(const TransferRequest& request);

}  // namespace frontrow::wire
