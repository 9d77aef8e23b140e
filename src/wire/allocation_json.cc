#include "wire/allocation_fields.h"

namespace frontrow::wire {
namespace {

using namespace domain;

// The form in facts. Codes are there by their digests.

template <class Fields, Some<Allocation> Of>
void describe(Fields& fields, Of& allocation) {
    auto& [name, seats, category, quantity, limit, limit_per_user, until, codes] = allocation;
    fields("name", name, kAllocationName);
    fields.unless_empty("seat_ids", seats);
    fields.unless_empty("category", category);
    if (!category.empty()) fields("quantity", quantity, kAllocatedUnits);
    describe_terms(fields, allocation);
    fields.journal_only("access_codes", codes);
}

template <class Fields, Some<AllocationChange> Change>
void describe(Fields& fields, Change& change) {
    auto& [limit, limit_per_user, until, codes] = change;
    describe_terms(fields, change);
    fields.journal_only("access_codes", codes);
}

}  // namespace

void FieldsWriter::all_of(const Allocation& allocation) {
    describe(*this, allocation);
}
void FieldsWriter::all_of(const AllocationChange& change) {
    describe(*this, change);
}

void FieldsReader::all_of(Allocation& allocation) {
    describe(*this, allocation);
}
void FieldsReader::all_of(AllocationChange& change) {
    describe(*this, change);
}

}  // namespace frontrow::wire
