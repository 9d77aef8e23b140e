#include "cli/verdict.h"

#include "cli/commands.h"
#include "cli/counted.h"
#include "domain/audit_comparison.h"

#include <cinttypes>
#include <cstdio>

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

int print_violations(const domain::Audit& audit) {
    print_totals(audit.totals());
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
    if (differences.empty()) {
        inventory.verify();
    } else {
        std::printf("NOT IN ORDER: what the server makes of the facts isn't what they say\n");
    }
    for (const auto& other : others)
        std::printf("NOT IN ORDER: %s\n", other.c_str());
    if (!differences.empty() || !others.empty()) return kFailed;
    std::printf("in order: the chain is whole, no seat was sold twice, nobody's hold was taken\n");
    return kDone;
}

}  // namespace frontrow::cli
