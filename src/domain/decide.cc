#include "domain/decide.h"

#include "domain/command_traits.h"
#include "domain/decide_rules.h"
#include "domain/writable.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace frontrow::domain {

template <>
Decision decide_one(const Inventory& inventory, const RaiseFormat& command, Instant) {
    if (command.format <= inventory.format()) return accept(std::monostate{}, 0);
    return accept(std::monostate{}, EventId{}, FormatRaised{command.format});
}

namespace {

/// An upper bound for the size of the written facts; nothing if one of them couldn't be read back.
std::optional<std::size_t> bytes_of(const std::vector<NewFact>& facts, Instant now) {
    if (!facts.empty() && !is_writable(now)) return std::nullopt;
    std::size_t sum = 0;
    for (const auto& fact : facts) {
        const auto bytes = written_bytes_max(fact.body);
        if (!bytes) return std::nullopt;
        sum += *bytes;
    }
    return sum;
}

std::uint32_t format_of(const std::vector<NewFact>& facts) {
    std::uint32_t format = 0;
    for (const auto& fact : facts)
        format = std::max(format, domain::format_of(fact.body));
    return format;
}

/// Refuses a decision with a fact that couldn't be read back: one such fact would make the whole
/// journal unreadable.
Decision checked(Decision decision, Instant now) {
    const auto bytes = bytes_of(decision.facts, now);
    if (!bytes) return refuse(Reason::not_writable, 0);
    decision.written_bytes = *bytes;
    return decision;
}

Decision decide_any(const Inventory& inventory, const Command& command, Instant now) {
    return std::visit([&](const auto& one) { return decide_one(inventory, one, now); }, command);
}

}  // namespace

Decision decide(const Inventory& inventory, const Command& command, Instant now) {
    auto decision = decide_any(inventory, command, now);
    if (const auto format = format_of(decision.facts); format > inventory.format())
        return refuse_limit(Reason::format_too_low, format, 0);
    return checked(std::move(decision), now);
}

Decision decide_and_raise(const Inventory& inventory, const Command& command, Instant now) {
    auto decision = decide_any(inventory, command, now);
    if (const auto format = format_of(decision.facts); format > inventory.format())
        decision.facts.insert(decision.facts.begin(), {EventId{}, FormatRaised{format}});
    return checked(std::move(decision), now);
}

}  // namespace frontrow::domain
