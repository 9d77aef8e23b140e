#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "identity/api_key.h"
#include "wire/entity_json.h"
#include "wire/requests.h"

// API keys, which servers use. The key itself is in no command, fact or log: only the answer to its
// creation contains it.

namespace frontrow::http::handlers {
namespace {

/// Whether a key may act for the account. If not, answers with an error.
bool may_have_key(Context& context, std::string_view account) {
    if (!identity::is_built_in_sub(account)) return true;
    context.fail(invalid_field("account", "is reserved for one of Frontrow's own callers"));
    return false;
}

}  // namespace

Awaitable<void> create_api_key(Context& context) {
    auto request = wire::parse_request<wire::ApiKeyRequest>(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    if (!may_have_key(context, request->account)) co_return;
    std::optional<domain::RequestMark> mark;
    if (!mark_or_fail(context, mark, [&] { return wire::canonical(*request); })) co_return;
    const auto& services = context.services;
    const auto made = identity::make_api_key(services.random, services.sha);
    domain::CreateApiKey command{
        .key = services.ids.next<ApiKeyId>(),
        .name = std::move(request->name),
        .role = request->role,
        .prefix = made.prefix,
        .digest = made.digest,
        .by = context.principal.sub,
        .account = std::move(request->account),
        .request = mark,
    };
    auto result = co_await services.store.execute(std::move(command), context.trace);
    const auto* key = entity_or_fail<domain::ApiKey>(context, result);
    if (key == nullptr) co_return;
    context.response.status = 201;
    context.add_location("/api/v1/api-keys/", key->id.bits());
    // The key isn't stored, so the answer to a repeated request has everything but the key.
    if ((*result)->replayed)
        wire::append_api_key(context.response.body, *key);
    else
        wire::append_new_api_key(context.response.body, *key, made.text);
}

Awaitable<void> list_api_keys(Context& context) {
    constexpr ListBounds kBounds{.list = "api-keys"};
    const auto page = page_or_fail(context, kBounds);
    if (!page) co_return;
    auto keys = co_await context.services.store.read(domain::read_api_keys, one_more(*page));
    if (context.value_or_fail(keys) == nullptr) co_return;
    if (keys->size() > page->limit) {
        keys->pop_back();
        link_next(context, kBounds, *page, {.id = keys->back().id.bits()}, "/api/v1/api-keys");
    }
    reply_list(context, *keys, wire::append_api_key);
}

Awaitable<void> move_api_key(Context& context) {
    const auto id = context.path_id<ApiKeyId>();
    if (!id) co_return;
    auto request = wire::parse_request<wire::AccountRequest>(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    if (!may_have_key(context, request->account)) co_return;
    domain::MoveApiKey command{
        .key = *id, .account = std::move(request->account), .by = context.principal.sub
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (const auto* key = entity_or_fail<domain::ApiKey>(context, result))
        wire::append_api_key(context.response.body, *key);
}

Awaitable<void> revoke_api_key(Context& context) {
    const auto id = context.path_id<ApiKeyId>();
    if (!id) co_return;
    domain::RevokeApiKey command{.key = *id, .by = context.principal.sub};
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (entity_or_fail<std::monostate>(context, result) != nullptr) context.response.status = 204;
}

}  // namespace frontrow::http::handlers
