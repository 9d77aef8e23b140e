#include "store/feed_cursor.h"

#include <utility>

namespace frontrow::store {

using io::Awaitable;
using io::Fault;

FeedCursor::FeedCursor(SideRecords& records, std::string_view name)
    : records_{records}, name_{std::string{kCursors} + std::string{name}} {
}

Awaitable<Result<FeedPosition, Fault>> FeedCursor::read() {
    const auto found = co_await records_.find(name_);
    if (!found) co_return std::unexpected(found.error());
    version_ = *found ? (*found)->version : 0;
    if (!*found) co_return FeedPosition{};
    const auto position = FeedPosition::parse((*found)->value);
    if (position) co_return *position;
    co_return std::unexpected(
        Fault{io::FaultKind::corrupt, "the side record " + name_ + " isn't a position in the feed"}
    );
}

Awaitable<Result<FeedCursor::Moved, Fault>> FeedCursor::move(FeedPosition to) {
    SideChange change{.name = name_, .value = to.to_string(), .expected_version = version_};
    const auto changed = co_await records_.change(std::move(change));
    if (!changed) co_return std::unexpected(changed.error());
    if (!*changed) co_return Moved{std::unexpected(changed->error())};
    version_ = **changed;
    co_return Moved{};
}

}  // namespace frontrow::store
