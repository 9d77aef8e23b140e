#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/embedded/journal.h"

#include <filesystem>
#include <functional>

namespace frontrow::store::embedded {

/// Told after each batch how far a copy has come.
using CopyProgress = std::function<void(const JournalEnd&)>;

/// Copies the journal of `folder` into the new file `to`, beside a running server or not: every
/// batch that is durable when it begins. The file is a whole journal. The chain is checked on the
/// way, and the copy's once more as it lies on the disk.
///
/// Faults: unavailable (`to` is there already, or can't be written), corrupt (nothing was written).
/// If it never returns there is no file `to`, and perhaps one named `to`.….new to delete.
Result<JournalEnd, io::Fault> back_up(
    const std::filesystem::path& folder,
    const std::filesystem::path& to,
    const CopyProgress& progress
);

/// Makes a data folder of the journal in the file `from`: a backup, or the journal.db of another
/// folder whose server was stopped. `folder` is made if need be, and must have nothing in it.
///
/// Faults: unavailable (the folder isn't empty, no such file), corrupt (it isn't a whole journal),
/// in_use. If it fails or never returns the folder has no journal, and it may be tried again.
Result<JournalEnd, io::Fault> restore(
    const std::filesystem::path& from,
    const std::filesystem::path& folder,
    const CopyProgress& progress
);

}  // namespace frontrow::store::embedded
