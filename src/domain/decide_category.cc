#include "domain/categories.h"
#include "domain/decide_rules.h"

#include <utility>

namespace frontrow::domain {

template <>
Decision decide_one(const Inventory& inventory, const AddCategory& command, Instant now) {
    // The category as it was added. Its terms are taken from this request, which has the same
    // content as the first.
    const auto as_before = [&](const RequestRow&) {
        return accept(CategoryView{command.category, {}}, inventory.last_seq());
    };
    if (auto again =
            replay(inventory, given(command.request), RequestKind::category, now, as_before))
        return *std::move(again);
    const auto* row = find_own_event(inventory, command.event, command.by);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    const auto& name = command.category.name;
    if (find_category(*row, name) != kNobody)
        return refuse_subject(Reason::category_taken, name, row->last_seq());
    if (row->categories.get().size() >= kCategoriesMax)
        return refuse_limit(Reason::too_many_categories, kCategoriesMax, row->last_seq());
    return accept(
        CategoryView{command.category, {}},
        command.event,
        CategoryAdded{command.category, command.request, command.by.sub}
    );
}

template <>
Decision decide_one(const Inventory& inventory, const ChangeCategory& command, Instant now) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    const auto known = find_category(*row, command.category.name);
    if (known == kNobody)
        return refuse_subject(Reason::category_not_found, command.category.name, row->last_seq());
    const CategoryView changed{command.category, inventory.count_stock(*row, known, now)};
    if (changed.counts.out() > changed.category.total_stock)
        return refuse_limit(Reason::stock_below_taken, changed.counts.out(), row->last_seq());
    if (row->categories.get()[known] == changed.category) return accept(changed, row->last_seq());
    return accept(changed, command.event, CategoryChanged{changed.category, command.by.sub});
}

}  // namespace frontrow::domain
