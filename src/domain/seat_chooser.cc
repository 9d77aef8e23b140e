#include "domain/seat_chooser.h"

#include "domain/allocations.h"
#include "domain/best_seats.h"
#include "domain/seat_plans.h"

namespace frontrow::domain {

SeatChooser::SeatChooser(StateLog& log) : StatePart{log, "seat_chooser"} {
}

SeatChooser::~SeatChooser() = default;

BestSeats& SeatChooser::of(const EventRow& event) {
    if (best_ == nullptr) best_ = std::make_unique<BestSeats>(seat_rows_of(event));
    if (log().is_open() && !is_noting_) {
        // Nothing was learned since the savepoint was opened, so it is early enough.
        best_->open_savepoint();
        is_noting_ = true;
        if (is_first_note()) hear_close();
    }
    return *best_;
}

void SeatChooser::tell_best(std::uint32_t seat, bool is_free) {
    is_free ? best_->raise(seat) : best_->note_taken(seat);
}

void SeatChooser::seats_changed() {
    best_.reset();
    is_noting_ = false;
    if (!log().is_open()) return;
    has_changed_seats_ = true;
    if (is_first_note()) hear_close();
}

void SeatChooser::savepoint_closed(bool commits) {
    // If the seats change back, a layout that was made in the meantime is wrong.
    if (!commits && has_changed_seats_) best_.reset();
    if (best_ != nullptr && is_noting_) commits ? best_->commit() : best_->roll_back();
    is_noting_ = false;
    has_changed_seats_ = false;
}

void SeatChooser::verify(const EventRow& event) const {
    if (best_ == nullptr) return;
    best_->verify([&](SeatIndex seat) { return event.statuses[seat] == SeatStatus::available; });
    best_->verify_for_group([&](AllocationIndex opened, SeatIndex seat) {
        return is_free_for(event, opened, seat, event.statuses[seat]);
    });
}

}  // namespace frontrow::domain
