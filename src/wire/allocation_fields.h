#pragma once

#include "domain/allocation.h"
#include "wire/category_fields.h"
#include "wire/fields.h"

namespace frontrow::wire {

// The fields of allocations that are the same in requests, facts and answers.

inline constexpr TextBounds kAllocationName{1, 64, TextKind::label};
inline constexpr TextBounds kAccessCode{1, 64};
/// The most seats that an allocation may have, and the most codes that open it.
inline constexpr std::size_t kSeatsOfAllocationMax = 10'000;
inline constexpr std::size_t kCodesOfAllocationMax = 10'000;
inline constexpr NumberLimits kAllocatedUnits{{1, domain::kStockMax}, kAnyCount};
inline constexpr NumberLimits kTickets{{1, domain::kStockMax}, kAnyCount};

/// What can be changed later, except the codes.
template <class Fields, class Terms>
void describe_terms(Fields& fields, Terms& terms) {
    fields("limit", terms.limit, kTickets);
    fields("limit_per_user", terms.limit_per_user, kTickets);
    fields("until", terms.until);
}

}  // namespace frontrow::wire
