#include "base/check.h"
#include "domain/acts.h"
#include "domain/digest_fields.h"
#include "domain/seat_plans.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace frontrow::domain {

EventRow::EventRow(StateLog& log, EventIndex number, Event of)
    : index{number},
      event{std::move(of)},
      counts{log, "counts", {0, number}},
      lapsed{log, "lapsed", {0, number}},
      reservations{log, "reservations_of_event", {0, number}},
      last{log, "last", {0, number}},
      blocks{log, "blocks", {0, number}},
      block_starts{log, "block_starts", {0, number}},
      holders{log, "holders", {0, number}},
      statuses{log, "statuses", {0, number}},
      free_by_stretch{log, "free_by_stretch", {0, number}},
      numbers{log},
      members{log, "members", {0, number}},
      categories{log, "categories", {0, number}},
      stock{log, "stock", {0, number}},
      chooser{log},
      allocations{log, number},
      acts{log, "acts", {0, number}} {
}

void verify_acts(const EventRow& row) {
    const auto& acts = row.acts.values();
    CHECK(!row.deleted || acts.empty());
    CHECK(std::ranges::is_sorted(acts, std::ranges::less_equal{}));
    CHECK(acts.empty() || (acts.front() > 0 && acts.back() <= row.last_seq()));
}

}  // namespace frontrow::domain
