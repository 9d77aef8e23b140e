#include "wire/session.h"

#include "wire/fields.h"
#include "wire/json_writer.h"
#include "wire/parse_object.h"

namespace frontrow::wire {
namespace {

/// A person may have put blanks and hyphens between its ten characters.
constexpr TextBounds kCode{1, 100};
/// As long as a header may be.
constexpr TextBounds kToken{1, 16'384};

}  // namespace

Result<SessionRequest, ParseError> parse_session_request(std::string_view body) {
    if (body.empty()) return SessionRequest{};
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        SessionRequest request{
            .code = in.optional_text("code", kCode).value_or(""),
            .token = in.optional_text("token", kToken).value_or(""),
        };
        if (in.has("code") && in.has("token"))
            in.complain("token", "must be absent if there is a code");
        return request;
    });
}

std::string session_json(std::string_view token, std::string_view account, Instant expires_at) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.field("token", token);
    json.field("user_id", account);
    json.field("expires_at", expires_at);
    json.end_object();
    return out;
}

std::string handoff_json(std::string_view code, Instant expires_at) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.field("code", code);
    json.field("expires_at", expires_at);
    json.end_object();
    return out;
}

std::string caller_json(std::string_view account, domain::Role role, bool is_guest) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.field("user_id", account);
    json.field("role", domain::name_of(role));
    json.field("is_guest", is_guest);
    json.end_object();
    return out;
}

std::string handoff_record(const Handoff& handoff) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.field("account", handoff.account);
    json.field("expires_at", handoff.expires_at);
    json.end_object();
    return out;
}

Result<Handoff, ParseError> parse_handoff_record(std::string_view record) {
    return parse_record(record, [](ObjectReader& in) {
        return Handoff{.account = in.sub("account"), .expires_at = in.instant("expires_at")};
    });
}

}  // namespace frontrow::wire
