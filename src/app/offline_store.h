#pragma once

#include "app/open_store.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/id_source.h"
#include "store/store.h"

#include <functional>

namespace frontrow::app {

/// Opens a store without a server, runs `work` on it to its end, and closes it. For commands like
/// `seed`. Waits some seconds for a database. Returns the fault of opening the store, or of `work`.
Result<void, io::Fault> with_store(
    StoreChoice choice,
    const std::function<io::Awaitable<Result<void, io::Fault>>(store::Store&, io::IdSource&)>& work
);

}  // namespace frontrow::app
