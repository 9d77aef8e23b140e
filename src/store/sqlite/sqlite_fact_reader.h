#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/bounded_worker.h"
#include "io/fault.h"
#include "store/engine/fact_reader.h"
#include "store/sqlite/journal.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace frontrow::store::sqlite {

/// Reads facts from a data folder, inside a running server or beside it. The file is open only
/// while a page of it is read, so an idle reader delays no checkpoint and no other connection's
/// close.
class SqliteFactReader final : public engine::FactReader {
public:
    /// `vfs` names an SQLite VFS; empty means the system's.
    SqliteFactReader(io::Executor owner, std::filesystem::path folder, std::string vfs = {})
        : folder_{std::move(folder)},
          vfs_{std::move(vfs)},
          worker_{
              std::move(owner),
              {.waiting_max = kWaitingMax,
               .too_many = "too many readers wait for the journal",
               .is_closed = "the journal is closed"}
          } {}

    io::Awaitable<Result<FeedPage, io::Fault>>
    read(FeedPosition position, JournalEnd until, std::size_t at_most) override;
    /// Faults: also corrupt, if the journal's head doesn't confirm its end.
    io::Awaitable<Result<JournalEnd, io::Fault>> find_end() override;
    io::Awaitable<void> close() override;

private:
    /// Bound on waiting reads. Each read takes the time to read, parse and hand over some
    /// megabytes.
    static constexpr std::size_t kWaitingMax = 64;

    std::filesystem::path folder_;
    std::string vfs_;
    io::BoundedWorker worker_;
};

}  // namespace frontrow::store::sqlite
