#include "domain/decide.h"

#include "domain/decide_rules.h"

namespace frontrow::domain {

Decision decide(const Inventory& inventory, const Command& command, Instant now) {
    return std::visit([&](const auto& one) { return decide(inventory, one, now); }, command);
}

}  // namespace frontrow::domain
