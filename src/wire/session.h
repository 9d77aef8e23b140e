#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "domain/role.h"
#include "wire/parse_error.h"

#include <string>
#include <string_view>

namespace frontrow::wire {

// Sessions of guests, and handing them over to another device.

/// The body of POST /sessions.
struct SessionRequest {
    /// The code for a session on another device; empty if there is none.
    std::string code;
    /// The token of the session to renew; empty if there is none.
    std::string token;
};
/// An empty body is a request without a code.
Result<SessionRequest, ParseError> parse_session_request(std::string_view body);

/// {"token":…,"user_id":…,"expires_at":…}
std::string session_json(std::string_view token, std::string_view account, Instant expires_at);
/// {"code":…,"expires_at":…}
std::string handoff_json(std::string_view code, Instant expires_at);
/// {"user_id":…,"role":…,"is_guest":…}
std::string caller_json(std::string_view account, domain::Role role, bool is_guest);

/// A session that waits to be taken over, as its side record has it.
struct Handoff {
    std::string account;
    Instant expires_at;

    friend bool operator==(const Handoff&, const Handoff&) = default;
};
std::string handoff_record(const Handoff& handoff);
Result<Handoff, ParseError> parse_handoff_record(std::string_view record);

}  // namespace frontrow::wire
