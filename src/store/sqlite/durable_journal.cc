#include "store/sqlite/durable_journal.h"

#include "io/file.h"
#include "io/sqlite.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal_head.h"

#include <system_error>
#include <utility>

namespace frontrow::store::sqlite {

using io::Fault;

Result<DurableJournal, Fault>
DurableJournal::open(const std::filesystem::path& folder, const std::string& vfs) {
    const auto file = DataFolder::journal_of(folder);
    const auto head_file = DataFolder::head_of(folder);
    const auto about_file = [&](Fault fault) {
        fault.what = "can't read " + file.string() + ": " + fault.what;
        return std::unexpected(std::move(fault));
    };
    if (auto whole = io::SqliteDatabase::refuse_log_alone(file); !whole)
        return about_file(whole.error());
    // Checked here, because SQLite's message wouldn't name the file.
    std::error_code why_not;
    if (!std::filesystem::exists(file, why_not)) {
        if (why_not == std::errc::permission_denied) {
            return std::unexpected(Fault{
                io::FaultKind::unavailable,
                "can't look into " + folder.string() +
                    ": permission denied; run it as the server's user",
            });
        }
        return std::unexpected(Fault{
            io::FaultKind::unavailable,
            "there is no journal in " + folder.string() +
                "; --data-dir names the folder that frontrow serve writes",
        });
    }
    const auto acknowledged = JournalHead::read(head_file);
    auto journal = Journal::open(file, {.read_only = true, .vfs = vfs});
    if (!journal) return about_file(journal.error());
    const auto newest = journal->newest_batch();
    if (!newest) return std::unexpected(newest.error());
    return DurableJournal{std::move(*journal), *newest, head_file, acknowledged};
}

Result<void, Fault> DurableJournal::check_end() const {
    if (acknowledged) {
        if (acknowledged->batch <= newest_batch) return {};
        return check_head(head_file, JournalEnd{.batch = newest_batch});
    }
    std::error_code ignored;
    if (std::filesystem::exists(head_file, ignored)) {
        if (auto head = io::File::open_to_read(head_file); !head) {
            head.error().what += "; run it as the server's user";
            return std::unexpected(std::move(head.error()));
        }
    }
    return std::unexpected(Fault{
        io::FaultKind::corrupt,
        head_file.string() +
            " is missing or isn't one, so nothing proves that no batch is missing "
            "after batch " +
            std::to_string(newest_batch) +
            ", the journal's last; to take the journal as it is, start frontrow serve on the "
            "folder, which writes it again",
    });
}

}  // namespace frontrow::store::sqlite
