#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/sqlite/backup_file.h"
#include "store/sqlite/journal.h"

#include <filesystem>
#include <functional>

namespace frontrow::store::sqlite {

/// Told after each batch how far a copy has come.
using CopyProgress = std::function<void(const JournalEnd&)>;

/// Copies the journal of `folder` into the new file `to`, beside a running server or not: every
/// batch that is durable when it begins, the side records, and an end mark. The chain is checked on
/// the way, and the copy against its mark once more as it lies on the disk.
///
/// Faults: unavailable (`to` is there already, or can't be written), corrupt (nothing was written;
/// a journal without its head is corrupt here, because nothing proves that its end is whole).
/// If it never returns there is no file `to`, and perhaps one named `to`.….new to delete.
Result<Copied, io::Fault> back_up(
    const std::filesystem::path& folder,
    const std::filesystem::path& to,
    const CopyProgress& progress
);

/// Makes a data folder of the backup `from`, if that has every fact and side record that its end
/// mark speaks of.
/// The folder gets a journal without a mark, which may grow. `folder` is made if need be, and must
/// have nothing in it. Without `accept_unsealed` a file that has no end mark is refused.
///
/// Faults: unavailable (the folder isn't empty, no such file, no mark), corrupt (the backup isn't
/// whole; the message names the batches and facts that it lacks), in_use. If it fails or never
/// returns the folder has no journal, and it may be tried again.
Result<Copied, io::Fault> restore(
    const std::filesystem::path& from,
    const std::filesystem::path& folder,
    const CopyProgress& progress,
    const AcceptUnsealed& accept_unsealed = {}
);

}  // namespace frontrow::store::sqlite
