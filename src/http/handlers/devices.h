#pragma once

#include "base/id.h"
#include "http/context.h"
#include "store/store.h"

namespace frontrow::http::handlers {

/// Removes all devices of an event that was deleted. Those that can't be removed have no rights,
/// because the event has no members any more; the log says that they are left over.
store::Awaitable<void> remove_devices(Context& context, EventId event);

}  // namespace frontrow::http::handlers
