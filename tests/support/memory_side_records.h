#pragma once

#include "store/side_records.h"
#include "store/task_leases.h"

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::test {

/// Side records in memory.
class MemorySideRecords final : public store::SideRecords {
public:
    io::Awaitable<Result<std::optional<store::SideRecord>, io::Fault>> find(std::string name
    ) override {
        const auto found = records_.find(name);
        co_return found == records_.end() ? std::nullopt : std::optional{found->second};
    }
    io::Awaitable<Result<std::vector<store::SideRecord>, io::Fault>>
    list(std::string prefix, std::string after) override {
        std::vector<store::SideRecord> page;
        auto next = after < prefix ? records_.lower_bound(prefix) : records_.upper_bound(after);
        for (; next != records_.end() && page.size() < kPage; ++next)
            page.push_back(next->second);
        store::keep_prefix(page, prefix);
        co_return page;
    }
    io::Awaitable<Result<store::SideOutcome, io::Fault>> change(store::SideChange change) override {
        store::check_side_change(change);
        const auto found = records_.find(change.name);
        const auto version = found == records_.end() ? 0 : found->second.version;
        if (version != change.expected_version)
            co_return store::SideOutcome{std::unexpected(store::SideRefusal::version_differs)};
        ++last_version_;
        if (change.value)
            records_[change.name] = {change.name, *std::move(change.value), last_version_};
        else
            records_.erase(found);
        co_return store::SideOutcome{last_version_};
    }
    io::Awaitable<void> close() override { co_return; }

private:
    std::map<std::string, store::SideRecord> records_;
    std::uint64_t last_version_ = 0;
};

/// No task is ever this process's to run.
class NoTaskLeases final : public store::TaskLeases {
public:
    void stand_for(std::string) override {}
    std::optional<store::TaskLease> held(std::string_view) const override { return std::nullopt; }
    io::Awaitable<void> close() override { co_return; }
};

}  // namespace frontrow::test
