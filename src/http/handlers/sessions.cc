#include "base/check.h"
#include "http/guest_sessions.h"
#include "http/handlers/handlers.h"
#include "http/handlers/side_values.h"
#include "identity/device.h"
#include "identity/guest.h"
#include "store/side_records.h"
#include "wire/session.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Sessions of guests, who buy without an identity provider. A session is a token and nothing else:
// the server keeps none. To take one over to another device, a person types a code there, which
// leads to a record for a few minutes.

namespace frontrow::http::handlers {
namespace {

constexpr std::chrono::minutes kHandoffIsGoodFor{5};
constexpr std::string_view kHandoffs = "handoff/";

std::string name_of_handoff(Bits128 digest) {
    std::string name{kHandoffs};
    append_hex128(name, digest);
    return name;
}

/// The guest whose token this is. If it isn't a guest's, answers with an error and returns nothing.
std::optional<std::string> guest_or_fail(Context& context, const std::string& token) {
    const auto& services = context.services;
    const auto authorization = "Bearer " + token;
    const auto caller = services.authenticator.identify(
        {.authorization = authorization, .api_key = {}, .dev_user = {}}, services.store.now()
    );
    if (!caller) {
        context.fail_to_identify(caller.error().message);
        return std::nullopt;
    }
    if (identity::is_guest_account((*caller)->sub)) return (*caller)->sub;
    context.fail(not_a_guest());
    return std::nullopt;
}

/// Takes the session that waits under the code, so that nobody else can.
Awaitable<Result<std::string, Problem>> take_over(Context& context, std::string typed) {
    auto& records = context.services.payments.records;
    const auto digest = identity::digest_pairing_code(context.services.sha, typed);
    if (!digest) co_return std::unexpected(handoff_code_invalid());
    auto found = co_await records.find(name_of_handoff(*digest));
    if (!found) co_return std::unexpected(problem_of(found.error()));
    if (!*found) co_return std::unexpected(handoff_code_invalid());
    const auto& record = **found;
    store::SideChange erased{
        .name = record.name, .value = std::nullopt, .expected_version = record.version
    };
    auto changed = co_await records.change(std::move(erased));
    if (!changed) co_return std::unexpected(problem_of(changed.error()));
    auto handoff = wire::parse_handoff_record(record.value);
    const bool is_good = *changed && handoff && handoff->expires_at > context.services.store.now();
    if (!is_good) co_return std::unexpected(handoff_code_invalid());
    co_return std::move(handoff->account);
}

/// Erases sessions that nobody has taken over in time. A page of them each time a new one comes
/// keeps them few.
Awaitable<std::optional<io::Fault>> erase_old(Context& context) {
    auto& records = context.services.payments.records;
    auto page = co_await records.list(std::string{kHandoffs}, {});
    if (!page) co_return std::move(page.error());
    for (const auto& record : *page) {
        const auto handoff = wire::parse_handoff_record(record.value);
        if (handoff && handoff->expires_at > context.services.store.now()) continue;
        store::SideChange erased{
            .name = record.name, .value = std::nullopt, .expected_version = record.version
        };
        auto changed = co_await records.change(std::move(erased));
        if (!changed) co_return std::move(changed.error());
    }
    co_return std::nullopt;
}

}  // namespace

Awaitable<void> create_session(Context& context) {
    auto& services = context.services;
    auto parsed = wire::parse_session_request(context.request.body);
    auto* const request = context.value_or_fail(parsed);
    if (request == nullptr) co_return;
    if (!services.sessions.has_key()) co_return context.fail(ticket_keys_missing());
    std::optional<std::string> account;
    if (!request->token.empty()) {
        account = guest_or_fail(context, request->token);
        if (!account) co_return;
    }
    if (!request->code.empty()) {
        auto taken = co_await take_over(context, std::move(request->code));
        if (!taken) co_return context.fail(std::move(taken.error()));
        account = *std::move(taken);
    }
    if (!account) account = identity::new_guest_account(services.random);
    const auto session = co_await services.sessions.make(*std::move(account), services.store.now());
    context.response.status = 201;
    context.response.body = wire::session_json(session.token, session.account, session.expires_at);
}

Awaitable<void> hand_over_session(Context& context) {
    auto& services = context.services;
    if (!identity::is_guest_account(context.principal.sub)) co_return context.fail(not_a_guest());
    if (auto fault = co_await erase_old(context)) co_return context.fail(problem_of(*fault));
    const auto code = identity::make_pairing_code(services.random, services.sha);
    const auto expires_at = services.store.now() + kHandoffIsGoodFor;
    store::SideChange added{
        .name = name_of_handoff(code.digest),
        .value = wire::handoff_record({context.principal.sub, expires_at}),
    };
    auto changed = co_await services.payments.records.change(std::move(added));
    if (context.value_or_fail(changed) == nullptr) co_return;
    // Of fifty random bits, the same come twice at once by a defect alone.
    CHECK(changed->has_value());
    context.response.status = 201;
    context.response.body = wire::handoff_json(code.text, expires_at);
}

Awaitable<void> get_me(Context& context) {
    const auto& caller = context.principal;
    context.response.body =
        wire::caller_json(caller.sub, caller.role, identity::is_guest_account(caller.sub));
    co_return;
}

}  // namespace frontrow::http::handlers
