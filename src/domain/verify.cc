#include "base/check.h"
#include "domain/inventory.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// Counts everything anew, and looks for every row where decisions look for it.
class Verification {
public:
    explicit Verification(const Inventory& inventory)
        : of_{inventory}, counts_(inventory.events_.end()), lapsed_(inventory.events_.end()) {}

    void run() {
        of_.reservations_.visit([this](auto index, const auto& row) { check(index, row); });
        check_totals();
        check_users();
        of_.events_.visit([this](auto, const auto& row) { check(row); });
        CHECK(of_.by_start_.entries().size() == events_open_);
        CHECK(of_.blocks_by_id_.entries().size() == blocks_open_);
        check_requests();
        check_ends();
        check_api_keys();
    }

private:
    using EventRow = Inventory::EventRow;
    using ReservationRow = Inventory::ReservationRow;

    void check(ReservationIndex index, const ReservationRow& row) {
        CHECK(of_.index_of(row.id) == index);
        reservations_of_[row.user].push_back(index);
        if (row.status == ReservationStatus::pending) ++totals_.pending;
        if (row.status != ReservationStatus::pending && row.status != ReservationStatus::confirmed)
            return;
        const auto seats = static_cast<std::uint32_t>(row.seats.size());
        const auto& event = of_.events_[row.event];
        const bool has_lapsed = of_.has_lapsed(row);
        auto expected = SeatStatus::reserved;
        if (has_lapsed) {
            expected = SeatStatus::available;
            lapsed_[row.event] += seats;
            ++totals_.lapsed;
        } else if (row.status == ReservationStatus::pending) {
            counts_[row.event].reserved += seats;
        } else {
            expected = SeatStatus::confirmed;
            counts_[row.event].confirmed += seats;
            ++totals_.confirmed;
        }
        for (const auto seat : row.seats)
            CHECK(event.holders[seat] == index && event.statuses[seat] == expected);
        if (!has_lapsed) seats_of_[{row.user, row.event}] += seats;
    }

    void check_totals() const {
        const auto& kept = of_.totals_.get();
        CHECK(totals_.pending == kept.pending);
        CHECK(totals_.lapsed == kept.lapsed);
        CHECK(totals_.confirmed == kept.confirmed);
    }

    void check_users() const {
        CHECK(of_.users_.end() == of_.user_sales_.end());
        std::size_t counts_kept = 0;
        of_.users_.visit([&](UserIndex index, const std::string& sub) {
            CHECK(of_.index_of_user(sub) == index);
            const auto& sales = of_.user_sales_[index];
            const auto mine = reservations_of_.find(index);
            CHECK(
                mine == reservations_of_.end()
                    ? sales.reservations.empty()
                    : std::ranges::equal(sales.reservations, mine->second)
            );
            counts_kept += sales.seats.size();
        });
        CHECK(counts_kept == seats_of_.size());
        for (const auto& [key, seats] : seats_of_)
            CHECK(of_.user_sales_[key.first].seats_in(key.second) == seats);
    }

    void check(const EventRow& row) {
        CHECK(of_.index_of(row.event.id) == row.index);
        auto expected = counts_[row.index];
        expected.total = static_cast<std::uint32_t>(row.holders.size());
        CHECK(row.counts.get() == expected);
        CHECK(row.lapsed.get() == lapsed_[row.index]);
        const auto held = static_cast<std::uint32_t>(row.holders.size()) -
                          static_cast<std::uint32_t>(std::ranges::count(row.holders, kNobody));
        CHECK(held == expected.reserved + expected.confirmed + row.lapsed.get());
        CHECK(row.statuses.size() == row.holders.size());
        CHECK(
            static_cast<std::uint32_t>(std::ranges::count(row.statuses, SeatStatus::available)) ==
            expected.available()
        );
        CHECK(row.free_by_stretch.values() == free_by_stretch(row));
        if (row.deleted) return;
        ++events_open_;
        CHECK(of_.by_start_.entries().contains({row.event.spec.start_at, row.index}));
        check_blocks(row);
    }

    static std::vector<std::uint16_t> free_by_stretch(const EventRow& row) {
        constexpr auto kStretch = Inventory::kStretch;
        std::vector<std::uint16_t> free((row.statuses.size() + kStretch - 1) / kStretch);
        for (std::size_t seat = 0; seat < row.statuses.size(); ++seat)
            if (row.statuses[seat] == SeatStatus::available) ++free[seat / kStretch];
        return free;
    }

    void check_blocks(const EventRow& row) {
        CHECK(row.blocks.size() == row.block_starts.size());
        SeatIndex seat = 0;
        for (std::size_t i = 0; i < row.blocks.size(); ++i, ++blocks_open_) {
            const auto& block = *row.blocks[i];
            CHECK(row.block_starts[i].first == seat);
            CHECK(row.block_starts[i].first_id == block.first_id);
            const auto place = of_.find_seat(block.first_id);
            CHECK(place && place->event == row.index && place->seat == seat);
            for (const auto& spec : block.seats)
                CHECK(Inventory::find_number(row, spec.number) == seat++);
        }
        CHECK(seat == row.holders.size());
    }

    /// A key leads to the newest reservation that it made, while that is remembered.
    void check_requests() const {
        std::map<std::pair<std::uint64_t, std::uint64_t>, ReservationIndex> newest;
        for (auto i = of_.requests_from_.get(); i < of_.reservations_.end(); ++i) {
            const auto& key = of_.reservations_[i].request.key;
            newest[{key.hi, key.lo}] = i;
        }
        for (const auto& [key, index] : newest)
            CHECK(of_.index_of_request(Bits128{key.first, key.second}) == index);
    }

    void check_ends() const {
        std::uint32_t live = 0;
        of_.hold_ends_.visit([&](const auto& end) { live += of_.is_live(end) ? 1 : 0; });
        CHECK(live == totals_.pending - totals_.lapsed);
        const auto has_lapsed = [this](auto index) {
            return of_.has_lapsed(of_.reservations_[index]);
        };
        CHECK(std::ranges::count_if(of_.lapsed_, has_lapsed) == totals_.lapsed);
        if (of_.is_speculating()) return;
        CHECK(of_.lapsed_.empty() || has_lapsed(of_.lapsed_.front()));
        of_.hold_ends_.visit_lowest(
            [](const auto&) { return true; },
            [&](const auto& end) {
                CHECK(of_.is_live(end));
                return false;
            }
        );
    }

    void check_api_keys() const {
        std::size_t live = 0;
        of_.api_keys_.keys_.visit([&](auto index, const ApiKey& key) {
            CHECK(of_.api_keys_.index_of(key.id) == index);
            if (key.revoked_at) return;
            ++live;
            CHECK(of_.api_keys_.find_live(key.digest) == &key);
        });
        CHECK(live == of_.api_keys_.live_count());
    }

    const Inventory& of_;
    /// By event.
    std::vector<SeatCounts> counts_;
    std::vector<std::uint32_t> lapsed_;
    std::map<std::pair<UserIndex, EventIndex>, std::uint32_t> seats_of_;
    std::map<UserIndex, std::vector<ReservationIndex>> reservations_of_;
    Inventory::Totals totals_;
    std::size_t events_open_ = 0;
    std::size_t blocks_open_ = 0;
};

void Inventory::verify() const {
    Verification{*this}.run();
}

}  // namespace frontrow::domain
