#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/id_source.h"
#include "store/store.h"

#include <filesystem>
#include <functional>

namespace frontrow::app {

/// Opens the store of a folder without a server, runs `work` on it to its end, and closes it. For
/// commands like `seed`. Faults: what opening the store or `work` came to.
Result<void, io::Fault> with_store(
    const std::filesystem::path& folder,
    const std::function<io::Awaitable<Result<void, io::Fault>>(store::Store&, io::IdSource&)>& work
);

}  // namespace frontrow::app
