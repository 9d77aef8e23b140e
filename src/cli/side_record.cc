#include "cli/side_record.h"

#include "cli/commands.h"
#include "cli/with_database.h"
#include "io/run_to_end.h"
#include "store/postgres/postgres_side_records.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/side_file.h"
#include "store/sqlite/sqlite_side_records.h"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <utility>

namespace frontrow::cli {
namespace {

using io::Fault;
using io::FaultKind;
using store::SideRecord;
using Found = Result<std::optional<SideRecord>, Fault>;

Found find_in_folder(const std::filesystem::path& folder, std::string_view name) {
    const auto path = store::sqlite::DataFolder::side_of(folder);
    auto file = store::sqlite::SideFile::open_to_read(path);
    if (!file) return std::unexpected(std::move(file.error()));
    if (!*file) return std::nullopt;
    return (*file)->find(name);
}

io::Awaitable<int> find_on(io::postgres::PgConnection& connection, std::string name, Found& found) {
    auto page = co_await store::postgres::read_side_page(connection, name, "");
    if (!page) {
        found = std::unexpected(Fault{FaultKind::unavailable, page.error().what});
    } else if (!page->empty() && page->front().name == name) {
        found = std::move(page->front());
    }
    co_return kDone;
}

Found find_in_database(const std::string& url, std::string_view name) {
    Found found;
    std::string why;
    const auto find = [&](io::postgres::PgConnection& connection) {
        return find_on(connection, std::string{name}, found);
    };
    if (with_journal(url, why, find) < 0)
        return std::unexpected(Fault{FaultKind::unavailable, why});
    return found;
}

io::Awaitable<Result<void, Fault>>
change_and_close(std::unique_ptr<store::SideRecords> records, store::SideChange change) {
    const auto changed = co_await records->change(std::move(change));
    co_await records->close();
    if (!changed) co_return std::unexpected(changed.error());
    if (*changed) co_return Result<void, Fault>{};
    co_return std::unexpected(
        Fault{FaultKind::unavailable, "the record was changed meanwhile; run the command again"}
    );
}

}  // namespace

Result<std::unique_ptr<store::SideRecords>, Fault>
open_records(const io::Executor& executor, const config::StoreSettings& settings) {
    if (settings.is_cluster()) {
        return std::make_unique<store::postgres::PostgresSideRecords>(
            executor, io::postgres::PgOptions{.url = settings.store}
        );
    }
    auto opened = store::sqlite::SqliteSideRecords::open_beside(executor, settings.data_dir);
    if (!opened) return std::unexpected(opened.error());
    return std::move(*opened);
}

Result<std::optional<SideRecord>, Fault>
find_side_record(const config::StoreSettings& settings, std::string_view name) {
    return settings.is_cluster() ? find_in_database(settings.store, name)
                                 : find_in_folder(settings.data_dir, name);
}

Result<void, Fault>
change_side_record(const config::StoreSettings& settings, store::SideChange change) {
    boost::asio::io_context loop{1};
    auto records = open_records(loop.get_executor(), settings);
    if (!records) return std::unexpected(records.error());
    return io::run_to_end(loop, change_and_close(std::move(*records), std::move(change)));
}

}  // namespace frontrow::cli
