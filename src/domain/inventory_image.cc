#include "domain/inventory_image.h"

namespace frontrow::domain {

void InventoryImage::derive(Inventory& inventory) {
    const auto& reservations = inventory.reservations_;
    const auto requests_from = inventory.requests_from_.get();
    inventory.reservations_by_id_.reserve(reservations.size());
    inventory.requests_.reserve(reservations.size() - requests_from);
    inventory.users_by_sub_.reserve(inventory.users_.size());

    for (EventIndex index = 0; index < inventory.events_.end(); ++index) {
        auto& row = inventory.events_.parts_of(index);
        inventory.enter_event(row);
        for (const auto& block : row.blocks)
            inventory.enter_block(row, *block);
    }
    inventory.users_.visit([&](UserIndex index, const std::string& sub) {
        inventory.users_by_sub_.insert(std::string_view{sub}, index);
        inventory.user_sales_.add();
    });
    for (ReservationIndex index = 0; index < reservations.end(); ++index) {
        inventory.enter_reservation(index);
        if (index >= requests_from) inventory.enter_request(index);
    }
    auto& keys = inventory.api_keys_;
    for (ApiKeys::KeyIndex index = 0; index < keys.keys_.end(); ++index)
        keys.enter(index);
}

}  // namespace frontrow::domain
