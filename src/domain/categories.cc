#include "domain/categories.h"

#include "base/check.h"

#include <algorithm>

namespace frontrow::domain {

CategoryIndex find_category(const EventRow& event, std::string_view name) {
    const auto& categories = event.categories.get();
    const auto found = std::ranges::find(categories, name, &Category::name);
    return found == categories.end() ? kNobody
                                     : static_cast<CategoryIndex>(found - categories.begin());
}

void verify_categories(const EventRow& event) {
    const auto& categories = event.categories.get();
    CHECK(event.stock.size() == (event.deleted ? 0 : categories.size()));
    for (std::size_t i = 0; i < categories.size(); ++i)
        CHECK(find_category(event, categories[i].name) == i);
}

}  // namespace frontrow::domain
