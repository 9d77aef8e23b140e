#include "app/common_record.h"

#include <utility>

namespace frontrow::app {
namespace {

using io::Fault;

/// Returns false if the record was changed meanwhile, or may have been.
io::Awaitable<Result<bool, Fault>>
write_record(store::SideRecords& records, store::SideChange change) {
    const auto changed = co_await records.change(std::move(change));
    if (changed) co_return changed->has_value();
    if (changed.error().kind == io::FaultKind::outcome_unknown) co_return false;
    co_return std::unexpected(changed.error());
}

}  // namespace

io::Awaitable<Result<void, Fault>>
amend_record(store::SideRecords& records, std::string name, AmendRecord amend) {
    while (true) {
        const auto found = co_await records.find(name);
        if (!found) co_return std::unexpected(found.error());
        const bool is_there = found->has_value();
        auto value = amend(is_there ? std::optional{(*found)->value} : std::nullopt);
        if (!value) co_return std::unexpected(std::move(value.error()));
        if (!*value) co_return Result<void, Fault>{};
        store::SideChange change{
            .name = name,
            .value = **std::move(value),
            .expected_version = is_there ? (*found)->version : 0,
        };
        const auto written = co_await write_record(records, std::move(change));
        if (!written) co_return std::unexpected(written.error());
        if (*written) co_return Result<void, Fault>{};
    }
}

}  // namespace frontrow::app
