#include "http/handlers/handlers.h"
#include "http/recent_refusals.h"
#include "wire/refused_request_json.h"

// Why a request was refused.

namespace frontrow::http::handlers {

Awaitable<void> get_refused_request(Context& context) {
    const auto& services = context.services;
    const auto* const refused =
        services.refusals.find(context.principal.sub, context.path_parts[0], services.store.now());
    if (refused != nullptr) {
        wire::append_refused_request(context.response.body, *refused);
    } else {
        context.fail(not_found(
            "No refused request of yours with this id is remembered here: a node remembers what it "
            "refused for an hour at most."
        ));
    }
    co_return;
}

}  // namespace frontrow::http::handlers
