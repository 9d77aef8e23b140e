#include "domain/inventory_image.h"

namespace frontrow::domain {

void InventoryImage::derive(Inventory& inventory) {
    auto& reservations = inventory.reservations_;
    inventory.reservations_by_id_.reserve(reservations.size());
    inventory.requests_.reserve(reservations.size() - inventory.requests_from_);
    inventory.users_by_sub_.reserve(inventory.users_.size());

    for (EventIndex index = 0; index < inventory.events_.size(); ++index) {
        auto& row = inventory.events_[index];
        row.index = index;
        inventory.enter_event(row);
        for (const auto& block : row.blocks)
            inventory.enter_block(row, *block);
    }
    for (UserIndex index = 0; index < inventory.users_.size(); ++index)
        inventory.users_by_sub_.insert(std::string_view{inventory.users_[index].sub}, index);
    for (ReservationIndex index = 0; index < reservations.size(); ++index) {
        inventory.enter_reservation(index);
        if (index >= inventory.requests_from_) inventory.enter_request(index);
    }
    auto& keys = inventory.api_keys_;
    for (std::size_t index = 0; index < keys.keys_.size(); ++index)
        keys.enter(index);
}

}  // namespace frontrow::domain
