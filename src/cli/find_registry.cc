#include "cli/find_registry.h"

#include "cli/commands.h"
#include "cli/with_database.h"
#include "store/postgres/postgres_side_records.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/side_file.h"

#include <filesystem>
#include <string>
#include <utility>

namespace frontrow::cli {
namespace {

using io::Fault;
using io::FaultKind;
using store::SideRecord;
using Found = Result<std::optional<SideRecord>, Fault>;

Found find_in_folder(const std::filesystem::path& folder) {
    const auto path = store::sqlite::DataFolder::side_of(folder);
    auto file = store::sqlite::SideFile::open_to_read(path);
    if (!file) return std::unexpected(std::move(file.error()));
    if (!*file) return std::nullopt;
    return (*file)->find(tickets::kKeyRegistryRecord);
}

io::Awaitable<int> find_on(io::postgres::PgConnection& connection, Found& found) {
    const std::string name{tickets::kKeyRegistryRecord};
    auto page = co_await store::postgres::read_side_page(connection, name, "");
    if (!page) {
        found = std::unexpected(Fault{FaultKind::unavailable, page.error().what});
    } else if (!page->empty() && page->front().name == name) {
        found = std::move(page->front());
    }
    co_return kDone;
}

Found find_in_database(const std::string& url) {
    Found found;
    std::string why;
    const auto find = [&](io::postgres::PgConnection& connection) {
        return find_on(connection, found);
    };
    if (with_journal(url, why, find) < 0)
        return std::unexpected(Fault{FaultKind::unavailable, why});
    return found;
}

}  // namespace

Result<std::optional<tickets::KeyRegistry>, Fault> find_registry(
    const config::StoreSettings& settings
) {
    const auto record = settings.is_cluster() ? find_in_database(settings.store)
                                              : find_in_folder(settings.data_dir);
    if (!record) return std::unexpected(record.error());
    if (!*record) return std::nullopt;
    auto registry = tickets::parse_registry((*record)->value);
    if (registry) return *std::move(registry);
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "the store's record of the keys for tickets is damaged: " + registry.error().why
    });
}

}  // namespace frontrow::cli
