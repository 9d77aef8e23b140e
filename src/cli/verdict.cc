#include "cli/verdict.h"

#include "cli/commands.h"
#include "cli/counted.h"
#include "domain/audit_comparison.h"

#include <cinttypes>
#include <cstdio>
#include <string>

namespace frontrow::cli {
namespace {

void print_totals(const domain::Audit::Totals& totals) {
    std::printf(
        "%s: %s, %s, %s, %" PRIu64 " of them confirmed, %s sold\n",
        counted(totals.facts, "fact").c_str(),
        counted(totals.events, "event").c_str(),
        counted(totals.seats, "seat").c_str(),
        counted(totals.reservations, "reservation").c_str(),
        totals.confirmed,
        counted(totals.seats_sold, "seat").c_str()
    );
}

/// An amount in the currency's minor unit, as all amounts in this program.
std::string told(std::uint64_t amount, Currency currency) {
    return std::to_string(amount) + " " + std::string{currency.code()};
}

/// Returns whether the money agrees with what was sold.
bool print_takings(const domain::Audit& audit) {
    if (audit.totals().orders > 0)
        std::printf("%s\n", counted(audit.totals().orders, "order").c_str());
    bool are_balanced = true;
    for (const auto& sum : audit.takings()) {
        std::printf(
            "%s of %s, %s of %s: %s for what orders have sold, %s still to be refunded\n",
            counted(sum.captures, "capture").c_str(),
            told(sum.captured, sum.currency).c_str(),
            counted(sum.refunds, "refund").c_str(),
            told(sum.refunded, sum.currency).c_str(),
            told(sum.sold, sum.currency).c_str(),
            told(sum.owed, sum.currency).c_str()
        );
        if (sum.are_balanced()) continue;
        are_balanced = false;
        std::printf(
            "NOT IN ORDER: captures less refunds in %s aren't what was sold and is owed\n",
            std::string{sum.currency.code()}.c_str()
        );
    }
    return are_balanced;
}

int print_violations(const domain::Audit& audit) {
    print_totals(audit.totals());
    print_takings(audit);
    for (const auto& violation : audit.violations())
        std::printf("fact %" PRIu64 ": %s\n", violation.seq, violation.what.c_str());
    std::printf("NOT IN ORDER: the facts above break the promise\n");
    return kFailed;
}

}  // namespace

int print_verdict(
    const domain::Audit& audit,
    const domain::Inventory& inventory,
    const std::vector<std::string>& others
) {
    // The inventory has read the facts only up to the first violation.
    if (!audit.violations().empty()) return print_violations(audit);
    const auto differences = domain::compare(audit, inventory);
    for (const auto& difference : differences)
        std::printf("the state is wrong about %s\n", difference.c_str());
    print_totals(audit.totals());
    const bool are_balanced = print_takings(audit);
    if (differences.empty()) {
        inventory.verify();
    } else {
        std::printf("NOT IN ORDER: what the server makes of the facts isn't what they say\n");
    }
    for (const auto& other : others)
        std::printf("NOT IN ORDER: %s\n", other.c_str());
    if (!differences.empty() || !others.empty() || !are_balanced) return kFailed;
    std::printf("in order: the chain is whole, no seat was sold twice, nobody's hold was taken, ");
    std::printf("nobody paid twice or for nothing\n");
    return kDone;
}

}  // namespace frontrow::cli
