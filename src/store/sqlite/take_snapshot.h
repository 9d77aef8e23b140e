#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/sqlite/journal.h"

#include <filesystem>

namespace frontrow::store::sqlite {

/// Takes a snapshot of the folder's journal, whether or not a server is running. It starts from the
/// newest snapshot that fits and applies the later facts. If that snapshot is of the last
/// generation (see engine::kGenerationsMax), it starts from the journal's beginning instead. Keeps
/// the new snapshot and the newest one that fits, and removes all others. Returns the new
/// snapshot's position. If the newest one is already at the journal's end, does nothing and returns
/// its position.
///
/// Doesn't check the journal up to the older snapshot: a snapshot proves nothing, and a start from
/// a snapshot checks the whole chain.
///
/// Long computations run on a thread of the lowest priority. Work that holds a lock needed by the
/// server doesn't: a low-priority thread that gets no processor would keep SQLite's and the file
/// system's locks for seconds.
Result<JournalEnd, io::Fault> take_snapshot(const std::filesystem::path& folder);

}  // namespace frontrow::store::sqlite
