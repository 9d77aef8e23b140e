#include "wire/claim_reader.h"

#include "wire/accepted_text.h"
#include "wire/category_fields.h"
#include "wire/parse_object.h"
#include "wire/spec_json.h"

#include <boost/json.hpp>

#include <algorithm>
#include <string>

namespace frontrow::wire {
namespace {

constexpr std::size_t kItemsMax = domain::kCategoriesMax;
constexpr IntegerBounds kBestQuantity{1, 100};

/// Ignores empty names, about which there is a complaint already. There are so few items that
/// comparing each with each is cheap.
bool has_category_twice(const domain::WantedItems& items) {
    for (auto one = items.begin(); one != items.end(); ++one) {
        const auto first = std::ranges::find(items, one->category, &domain::WantedItem::category);
        if (first != one && !one->category.empty()) return true;
    }
    return false;
}

std::optional<domain::BestWish> read_best_wish(ObjectReader& in) {
    const auto* object = in.object("best_available");
    if (object == nullptr) return std::nullopt;
    auto wish = in.inside("best_available.", *object);
    domain::BestWish read;
    read.quantity = static_cast<std::uint32_t>(wish.integer("quantity", kBestQuantity));
    // An empty name means the seats without a section.
    read.section = wish.optional_text("section", kSectionOrRow);
    if (wish.has("max_price")) read.price_max = wish.amount("max_price", kPrice);
    if (wish.has("near")) read.near = wish.id<SeatId>("near");
    read.accessible = wish.flag("accessible");
    read.allow_split = wish.flag("allow_split");
    return read;
}

}  // namespace

domain::SeatIds read_seat_ids(ObjectReader& in, std::size_t most) {
    domain::SeatIds seats;
    const auto* list = in.array("seat_ids");
    if (list == nullptr) return seats;
    if (list->empty() || list->size() > most) {
        in.complain("seat_ids", "must name 1 to " + std::to_string(most) + " seats");
        return seats;
    }
    FieldsReader{in}("seat_ids", seats);
    return seats;
}

domain::WantedItems read_items(ObjectReader& in, Complaints& complaints) {
    domain::WantedItems items;
    const auto* list = in.array("items");
    if (list == nullptr) return items;
    if (list->empty() || list->size() > kItemsMax) {
        in.complain("items", "must name 1 to " + std::to_string(kItemsMax) + " categories");
        return items;
    }
    items.reserve(list->size());
    read_each(in.place_of("items"), *list, complaints, [&](ObjectReader& item) {
        FieldsReader fields{item};
        describe(fields, items.emplace_back());
    });
    if (has_category_twice(items)) in.complain("items", "must name each category once");
    return items;
}

void read_claim(ObjectReader& in, Complaints& complaints, ReservationRequest& request) {
    const bool has_seats = in.has("seat_ids");
    const bool has_items = in.has("items");
    const bool has_best = in.has("best_available");
    if (has_seats) {
        request.seats = read_seat_ids(in);
    } else if (!has_items && !has_best) {
        in.complain("seat_ids", "is required unless there are items or best_available");
    }
    if (has_items) request.items = read_items(in, complaints);
    if (has_best && has_seats)
        in.complain("best_available", "can't be given together with seat_ids");
    else if (has_best)
        request.best = read_best_wish(in);
    request.wants_alternatives = in.flag("alternatives");
}

ClaimRequest read_seats_and_items(ObjectReader& in, Complaints& complaints) {
    ClaimRequest claim;
    if (in.has("seat_ids")) claim.seats = read_seat_ids(in);
    if (in.has("items")) claim.items = read_items(in, complaints);
    return claim;
}

bool are_within_bounds(const domain::WantedItems& items) {
    std::string complaint;
    const auto is_good = [&](const domain::WantedItem& item) {
        return item.quantity >= kQuantity.of_request.min &&
               item.quantity <= kQuantity.of_request.max &&
               check_text(item.category, kCategoryName, complaint);
    };
    return items.size() <= kItemsMax && std::ranges::all_of(items, is_good) &&
           !has_category_twice(items);
}

}  // namespace frontrow::wire
