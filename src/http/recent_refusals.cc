#include "http/recent_refusals.h"

#include "base/id.h"

#include <functional>

namespace frontrow::http {
namespace {

std::uint64_t digest_of(std::string_view text) {
    return std::hash<std::string_view>{}(text);
}

/// Cuts a message that is too long, but no character.
std::string_view cut(std::string_view text) {
    auto end = RecentRefusals::kMessageBytesMax;
    if (text.size() <= end) return text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end);
}

}  // namespace

void RecentRefusals::note(
    std::string_view caller,
    std::string_view request_id,
    const wire::RefusedRequest& refused
) {
    if (digests_.empty()) digests_.reserve(room_);
    if (entries_.size() < room_) {
        next_ = entries_.size();
        entries_.emplace_back();
        digests_.emplace_back();
    }
    auto& entry = entries_[next_];
    entry.caller = caller;
    entry.request_id = request_id;
    entry.message = cut(refused.message);
    entry.refused = refused;
    entry.refused.message = entry.message;
    digests_[next_] = {refused.trace.bits.lo, digest_of(request_id)};
    next_ = (next_ + 1) % room_;
}

const wire::RefusedRequest*
RecentRefusals::find(std::string_view caller, std::string_view id, Instant now) const {
    if (id.empty()) return nullptr;
    const auto trace = parse_hex128(id);
    const auto digest = digest_of(id);
    for (std::size_t age = 1; age <= entries_.size(); ++age) {
        const auto at = (next_ + entries_.size() - age) % entries_.size();
        const auto& digests = digests_[at];
        const bool may_be = (trace && digests[0] == trace->lo) || digests[1] == digest;
        if (!may_be) continue;
        const auto& [owner, request_id, message, refused] = entries_[at];
        const bool has_id = (trace && refused.trace.bits == *trace) || request_id == id;
        if (owner != caller || !has_id) continue;
        return now - refused.at < kTime ? &refused : nullptr;
    }
    return nullptr;
}

}  // namespace frontrow::http
