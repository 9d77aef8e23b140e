#include "http/handlers/side_values.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace frontrow::http::handlers {
namespace {

using store::SideRecord;
using store::SideRecords;

/// A name before this one and behind all smaller names that somebody has given to a record.
std::string just_before(std::string name) {
    --name.back();
    name += '\x7f';
    return name;
}

/// All records whose names are at least `from`, up to the last one here.
struct Page {
    std::string from;
    std::vector<SideRecord> records;

    bool covers(const std::string& name) const {
        if (from.empty() || name < from) return false;
        const bool is_last = records.size() < SideRecords::kPage;
        return is_last || name <= records.back().name;
    }
    const SideRecord* find(const std::string& name) const {
        const auto found = std::ranges::lower_bound(records, name, {}, &SideRecord::name);
        return found == records.end() || found->name != name ? nullptr : &*found;
    }
};

}  // namespace

io::Awaitable<Result<std::vector<std::optional<std::string>>, io::Fault>>
read_side_values(SideRecords& records, std::string_view prefix, std::vector<std::string> names) {
    std::vector<std::optional<std::string>> values(names.size());
    if (names.size() == 1) {
        auto found = co_await records.find(names.front());
        if (!found) co_return std::unexpected(std::move(found.error()));
        if (*found) values.front() = std::move((*found)->value);
        co_return values;
    }
    std::vector<std::size_t> order;
    order.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i)
        order.push_back(i);
    std::ranges::sort(order, {}, [&](std::size_t i) -> const std::string& { return names[i]; });
    Page page;
    for (const auto i : order) {
        const auto& name = names[i];
        if (!page.covers(name)) {
            auto found = co_await records.list(std::string{prefix}, just_before(name));
            if (!found) co_return std::unexpected(std::move(found.error()));
            page = {.from = name, .records = *std::move(found)};
        }
        if (const auto* record = page.find(name)) values[i] = record->value;
    }
    co_return values;
}

io::Awaitable<Result<void, io::Fault>>
rewrite_side_value(SideRecords& records, std::string name, SideRewrite next) {
    while (true) {
        auto found = co_await records.find(name);
        if (!found) co_return std::unexpected(std::move(found.error()));
        const auto& before = *found;
        const auto value = before ? std::optional{before->value} : std::nullopt;
        store::SideChange change{
            .name = name,
            .value = next(value),
            .expected_version = before ? before->version : 0,
        };
        if (change.value == value) co_return Result<void, io::Fault>{};
        auto changed = co_await records.change(std::move(change));
        if (!changed) co_return std::unexpected(std::move(changed.error()));
        if (*changed) co_return Result<void, io::Fault>{};
    }
}

io::Awaitable<Result<void, io::Fault>> walk_side_records(
    SideRecords& records,
    std::string_view prefix,
    std::function<Result<void, io::Fault>(const SideRecord&)> take
) {
    std::string after;
    while (true) {
        auto page = co_await records.list(std::string{prefix}, after);
        if (!page) co_return std::unexpected(std::move(page.error()));
        for (const auto& record : *page)
            if (auto taken = take(record); !taken) co_return taken;
        if (page->size() < SideRecords::kPage) co_return Result<void, io::Fault>{};
        after = page->back().name;
    }
}

io::Fault
unreadable_record(const telemetry::Log& log, std::string_view name, std::string_view what) {
    log.error("a side record can't be read", {{"record", std::string{name}}});
    return {io::FaultKind::corrupt, std::string{what}};
}

}  // namespace frontrow::http::handlers
