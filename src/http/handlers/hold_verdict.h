#pragma once

#include "domain/commands.h"
#include "http/context.h"
#include "http/hold_verdicts.h"

namespace frontrow::http::handlers {

/// Asks whether the caller may have this hold, if the operator has a service that decides. If they
/// may not, answers with an error and returns false. A request that was carried out before may
/// always be repeated: its answer is what it was.
store::Awaitable<bool> may_hold_or_fail(Context& context, const domain::ReserveSeats& command);

/// Whether there is anybody to ask. Handlers look first, because a call costs a coroutine.
inline bool asks_before_holds(const Context& context) {
    return context.services.verdicts.is_on();
}

}  // namespace frontrow::http::handlers
