#include "domain/requests.h"

#include "base/check.h"
#include "domain/digest_fields.h"

#include <map>
#include <utility>

namespace frontrow::domain {
namespace {

bool is_remembered(const RequestRow& row, Instant now) {
    return row.at + kRequestMemory > now;
}

}  // namespace

Requests::Requests(StateLog& log) : log_{log} {
}

Requests::~Requests() = default;

const RequestRow* Requests::find(Bits128 key, Instant now) const {
    const auto index = index_of(key);
    return index != StateIndex::kNone && is_remembered(rows_[index], now) ? &rows_[index] : nullptr;
}

RequestIndex Requests::add(const RequestRow& row) {
    const auto index = rows_.add(row);
    enter(index);
    return index;
}

void Requests::enter(RequestIndex index) {
    const auto& key = rows_[index].mark.key;
    // The index may still have an older request under this key, which is no longer remembered.
    if (const auto old = index_of(key); old != StateIndex::kNone) by_key_.erase(key, old);
    by_key_.insert(key, index);
}

bool Requests::has_forgettable(Instant now) const {
    return rows_.size() > 0 && !is_remembered(rows_[rows_.first()], now);
}

void Requests::forget(Instant now, std::size_t at_most) {
    for (; at_most > 0 && has_forgettable(now); --at_most) {
        const auto oldest = rows_.first();
        const auto& key = rows_[oldest].mark.key;
        // The key may have been used again since.
        if (index_of(key) == oldest) by_key_.erase(key, oldest);
        rows_.erase(oldest);
    }
}

void Requests::derive() {
    by_key_.reserve(rows_.size());
    rows_.visit(
        [this](const RequestRow& soon) { by_key_.prefetch(soon.mark.key); },
        [this](RequestIndex index, const RequestRow&) { enter(index); }
    );
}

void Requests::verify() const {
    std::map<std::pair<std::uint64_t, std::uint64_t>, RequestIndex> newest;
    Instant last{};
    rows_.visit([&](RequestIndex index, const RequestRow& row) {
        CHECK(row.at >= last);
        last = row.at;
        newest[{row.mark.key.hi, row.mark.key.lo}] = index;
    });
    for (const auto& [key, index] : newest)
        CHECK(index_of(Bits128{key.first, key.second}) == index);
}

}  // namespace frontrow::domain
