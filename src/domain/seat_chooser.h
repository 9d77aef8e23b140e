#pragma once

#include "base/state_log.h"

#include <cstdint>
#include <memory>

namespace frontrow::domain {

class BestSeats;
struct EventRow;

/// The BestSeats of one event, made when somebody first asks for the best seats, and made again
/// after seats were added. Until then it costs nothing but a check for null.
///
/// It is a cache beside the state: what it remembers changes no decision, only what a decision
/// costs. So reading the state may change it, it isn't in the digest, and no snapshot has it. But
/// it must be told which seats become free or taken, and must forget what was learned in a
/// savepoint that is rolled back.
class SeatChooser final : StatePart {
public:
    explicit SeatChooser(StateLog& log);
    ~SeatChooser();

    /// The event that has this chooser.
    BestSeats& of(const EventRow& event);
    /// The seat has become free, or isn't any more.
    void note(std::uint32_t seat, bool is_free) {
        if (best_ != nullptr) tell_best(seat, is_free);
    }
    /// The event's seats are others from now on.
    void seats_changed();

    /// CHECKs that no note() was forgotten. For tests; reads everything.
    void verify(const EventRow& event) const;

private:
    void tell_best(std::uint32_t seat, bool is_free);
    void savepoint_closed(bool commits) override;

    /// Null until it is needed.
    std::unique_ptr<BestSeats> best_;
    /// `best_` notes what to forget at a roll-back.
    bool is_noting_ = false;
    /// Seats were added or removed in the open savepoint.
    bool has_changed_seats_ = false;
};

}  // namespace frontrow::domain
