#include "domain/decide.h"

#include "domain/decide_rules.h"
#include "domain/writable.h"

#include <algorithm>

namespace frontrow::domain {
namespace {

bool are_writable(const std::vector<NewFact>& facts, Instant now) {
    return facts.empty() || (is_writable(now) && std::ranges::all_of(facts, [](const auto& fact) {
                                 return written_bytes_max(fact.body).has_value();
                             }));
}

}  // namespace

Decision decide(const Inventory& inventory, const Command& command, Instant now) {
    auto decision =
        std::visit([&](const auto& one) { return decide(inventory, one, now); }, command);
    // Before anything is true: a fact that can't be read back would take all others with it.
    if (!are_writable(decision.facts, now)) decision = refuse(Reason::not_writable, 0);
    return decision;
}

}  // namespace frontrow::domain
