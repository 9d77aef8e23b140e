#pragma once

#include "base/some.h"
#include "domain/order.h"
#include "wire/category_fields.h"
#include "wire/fields.h"

namespace frontrow::wire {

// The fields of an order's lines, which are the same in facts and answers.

template <class Fields, Some<domain::OrderLine> Line>
void describe(Fields& fields, Line& line) {
    auto& [kind, seat, category, quantity, unit_price, amount] = line;
    fields("kind", kind);
    switch (kind) {
        case domain::LineKind::seat:
            fields("seat_id", seat);
            break;
        case domain::LineKind::category:
            fields("category", category);
            break;
    }
    fields("quantity", quantity, kQuantity);
    fields.amount("unit_price", unit_price, kPriceLimits);
    fields("amount", amount);
}

}  // namespace frontrow::wire
