#include "domain/seat_list.h"

#include <algorithm>

namespace frontrow::domain {
namespace {

/// The position in the map at which the page starts. That is the map's end if the map doesn't have
/// the seat after which the page starts.
std::size_t begin_of(const SeatMap& map, const Page& page) {
    if (!page.after) return 0;
    const SeatId last{page.after->id};
    std::size_t first = 0;
    for (const auto& block : *map.blocks) {
        const auto& from = block->first_id.bits();
        const auto index = last.bits().lo - from.lo;
        if (last.bits().hi == from.hi && index < block->seats.size()) return first + index + 1;
        first += block->seats.size();
    }
    return map.statuses.size();
}

/// Appends the wanted seats of one block.
class Taker {
public:
    Taker(const SeatMap& map, bool only_available, const Page& page)
        : map_{map},
          only_available_{only_available},
          left_out_{page.offset},
          wanted_{page.limit},
          list_{.event = map.event, .version = map.version, .runs = {}} {}

    /// `first` is the map position of the block's first seat; `from` is the first position that may
    /// be taken.
    void
    take_from(const std::shared_ptr<const SeatBlock>& block, std::size_t first, std::size_t from) {
        const auto end = first + block->seats.size();
        SeatRun* run = nullptr;
        for (auto place = std::max(first, from); place < end && wanted_ > 0; ++place) {
            const auto status = map_.statuses[place];
            const bool is_taken = is_wanted(status);
            if (is_taken && run == nullptr) {
                run = &list_.runs.emplace_back(SeatRun{
                    .block = block,
                    .first = static_cast<std::uint32_t>(place - first),
                    .statuses = {}
                });
            }
            if (is_taken) run->statuses.push_back(status);
            if (!is_taken) run = nullptr;
        }
    }

    bool is_done() const { return wanted_ == 0; }
    SeatList& list() { return list_; }

private:
    bool is_wanted(SeatStatus status) {
        if (only_available_ && status != SeatStatus::available) return false;
        if (left_out_ > 0) {
            --left_out_;
            return false;
        }
        --wanted_;
        return true;
    }

    const SeatMap& map_;
    bool only_available_;
    std::size_t left_out_;
    std::size_t wanted_;
    SeatList list_;
};

}  // namespace

SeatList list_seats(const SeatMap& map, bool only_available, const Page& page) {
    const auto from = begin_of(map, page);
    Taker taker{map, only_available, page};
    std::size_t first = 0;
    for (const auto& block : *map.blocks) {
        if (taker.is_done()) break;
        taker.take_from(block, first, from);
        first += block->seats.size();
    }
    return std::move(taker.list());
}

std::size_t count_seats(const SeatList& list) {
    std::size_t seats = 0;
    for (const auto& run : list.runs)
        seats += run.statuses.size();
    return seats;
}

}  // namespace frontrow::domain
