#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/sqlite/backup_file.h"
#include "store/sqlite/journal.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace frontrow::store::sqlite {

/// Called after each batch with the copy's progress.
using CopyProgress = std::function<void(const JournalEnd&)>;

/// Copies the journal of `folder` into the new file `to`, whether or not a server is running: every
/// batch that is durable at the start, the side records, and an end mark. Checks the chain on the
/// way, and then reads the copy back from the disk and checks it against its mark.
///
/// Faults: unavailable (`to` exists already or can't be written), corrupt (nothing was written). A
/// journal without its head counts as corrupt here, because nothing proves that its end is
/// complete. If the process dies during the call, there is no file `to`, but there may be an
/// unfinished file to delete: its name is that of `to`, followed by a number and `.new`.
Result<Copied, io::Fault> back_up(
    const std::filesystem::path& folder,
    const std::filesystem::path& to,
    const CopyProgress& progress
);

/// Restores the backup `from` into a data folder, if the backup has every fact and side record that
/// its end mark lists. The folder's journal has no mark, so it may grow. Creates `folder` if
/// needed; the folder must be empty, except for `other_files`, which aren't the store's. Without
/// `accept_unsealed` a file without an end mark is refused.
///
/// Faults: unavailable (the folder isn't empty, no such file, no mark), corrupt (the backup is
/// incomplete; the message names the missing batches and facts), in_use. If it fails or never
/// returns, the folder has no journal, and the restore may be tried again.
Result<Copied, io::Fault> restore(
    const std::filesystem::path& from,
    const std::filesystem::path& folder,
    const CopyProgress& progress,
    const AcceptUnsealed& accept_unsealed = {},
    const std::vector<std::string>& other_files = {}
);

}  // namespace frontrow::store::sqlite
