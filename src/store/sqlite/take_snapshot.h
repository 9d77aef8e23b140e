#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/sqlite/journal.h"

#include <filesystem>

namespace frontrow::store::sqlite {

/// Takes a snapshot of the folder's journal, beside a running server or not, from the newest
/// snapshot that fits and the facts after it, or after the last generation from the journal's
/// beginning; keeps the new one and the newest that fits, and removes all others. Returns where it
/// stands; where the newest one stands there already, it is left at that.
///
/// It doesn't look at what lies before the older one: a snapshot proves nothing, and whoever starts
/// from one proves the chain.
///
/// What takes long is done by a thread of the lowest priority. What holds a lock that the server
/// may wait for isn't: SQLite's and the file system's are held across moments in which a thread
/// that gets no processor would hold them for seconds.
Result<JournalEnd, io::Fault> take_snapshot(const std::filesystem::path& folder);

}  // namespace frontrow::store::sqlite
