// Measures what a choice of the best seats costs: in halls that stay as they are, and while a hall
// is sold from full to empty. Not a test: a program that prints two tables.
//
//   ninja -C build/release best_seats_cost && build/release/tests/best_seats_cost [ROUNDS]

#include "base/check.h"
#include "domain/best_seats.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace frontrow {
namespace {

using domain::BestSeats;
using domain::Position;
using domain::RowSeat;
using domain::SeatIndex;
using domain::SeatRows;
using domain::SeatWish;

constexpr int kSeatsOfRow = 25;
constexpr int kRowsOfSection = 20;

/// CPU time of this thread, so that waiting for a processor doesn't count.
double microseconds() {
    std::timespec now{};
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// How a hall names its seats. With `one_section` the rows of all sections have different labels,
/// so that the hall has as many rows.
enum class Names { sections, one_section, no_rows };

/// A hall of blocks of 500 seats, about twice as many abreast as behind each other. The front half
/// costs twice as much.
class Hall {
public:
    Hall(int seats, bool has_positions, Names names) {
        const int blocks = seats / (kSeatsOfRow * kRowsOfSection);
        const int abreast = static_cast<int>(std::sqrt(2 * blocks));
        const int rows_deep = (blocks + abreast - 1) / abreast * kRowsOfSection;
        for (int i = 0; i < seats; ++i) {
            const int row = i / kSeatsOfRow % kRowsOfSection;
            const int block = i / (kSeatsOfRow * kRowsOfSection);
            const int deep = block / abreast * kRowsOfSection + row;
            const int across = block % abreast * (kSeatsOfRow + 4) + i % kSeatsOfRow;
            const int section = names == Names::sections ? block : 0;
            const int label = names == Names::sections ? row : i / kSeatsOfRow;
            depths_.push_back(deep);
            positions_.push_back({20.0 * across, 30.0 * deep});
            described_.push_back(
                {.section = text("section " + std::to_string(section)),
                 .row =
                     names == Names::no_rows ? std::string_view{} : text(std::to_string(label + 1)),
                 .number = text(std::to_string(i)),
                 .price = deep < rows_deep / 2 ? 200 : 100,
                 .position = has_positions ? &positions_.back() : nullptr}
            );
        }
        is_free_.assign(described_.size(), 1);
        half_depth_ = rows_deep / 2;
    }

    const std::vector<RowSeat>& described() const { return described_; }
    std::vector<char>& is_free() { return is_free_; }
    void fill(char is_free) { std::ranges::fill(is_free_, is_free); }
    void sell_at_random(std::mt19937_64& random, std::uint64_t tenths) {
        for (auto& is_free : is_free_)
            is_free = random() % 10 >= tenths ? 1 : 0;
    }
    void sell_front_half() {
        for (std::size_t i = 0; i < is_free_.size(); ++i)
            is_free_[i] = depths_[i] < half_depth_ ? 0 : 1;
    }
    void sell_every_other() {
        for (std::size_t i = 0; i < is_free_.size(); ++i)
            is_free_[i] = i % 2 == 0 ? 0 : 1;
    }

private:
    std::string_view text(std::string text) { return texts_.emplace_back(std::move(text)); }

    std::deque<std::string> texts_;
    std::deque<Position> positions_;
    std::vector<int> depths_;
    std::vector<RowSeat> described_;
    std::vector<char> is_free_;
    int half_depth_ = 0;
};

class Measurement {
public:
    Measurement(const char* name, Hall& hall, int rounds) : hall_{hall}, rounds_{rounds} {
        const auto began = microseconds();
        SeatRows rows{hall.described()};
        best_.emplace(std::move(rows));
        std::printf("%s: laid out in %.1f ms\n", name, (microseconds() - began) / 1'000);
    }

    /// Chooses again and again. Seats that were chosen are sold, those of a choice before are given
    /// back, and `before_each` is called before each choice.
    void take(const char* name, const std::function<SeatWish()>& wish, bool forgets = false) {
        const domain::SeatScoring scoring;
        const auto is_free = [free = hall_.is_free().data()](SeatIndex seat) {
            return free[seat] != 0;
        };
        best_->raise_all();
        std::vector<double> times;
        domain::SeatChoice before;
        std::size_t refused = 0;
        for (int round = 0; round < rounds_; ++round) {
            if (forgets) best_->raise_all();
            const auto wanted = wish();
            const auto began = microseconds();
            const auto choice = best_->choose(wanted, scoring, is_free);
            times.push_back(microseconds() - began);
            for (const auto seat : before) {
                hall_.is_free()[seat] = 1;
                best_->raise(seat);
            }
            before.clear();
            if (!choice)
                ++refused;
            else
                before = *choice;
            for (const auto seat : before) {
                hall_.is_free()[seat] = 0;
                best_->note_taken(seat);
            }
        }
        const auto first = times.front();
        std::ranges::sort(times);
        std::printf(
            "  %-50s %8.2f %8.2f %8.2f %8.2f %6.0f %%\n",
            name,
            times[times.size() / 2],
            times[times.size() * 99 / 100],
            times.back(),
            first,
            100.0 * static_cast<double>(refused) / static_cast<double>(times.size())
        );
    }

private:
    Hall& hall_;
    int rounds_;
    std::optional<BestSeats> best_;
};

void measure(const char* name, Hall hall, int rounds) {
    std::mt19937_64 random{1};
    Measurement measurement{name, hall, rounds};
    const auto seats = hall.described().size();
    const auto four = [] { return SeatWish{.quantity = 4}; };
    const auto near = [&] {
        return SeatWish{.quantity = 4, .near = static_cast<SeatIndex>(random() % seats)};
    };
    const auto cheap = [] { return SeatWish{.quantity = 4, .price_max = 100}; };
    const auto section = [] { return SeatWish{.quantity = 4, .section = 0}; };
    const auto split = [] { return SeatWish{.quantity = 8, .allow_split = true}; };

    hall.fill(1);
    measurement.take("empty: four", four);
    hall.sell_at_random(random, 5);
    measurement.take("half sold at random: four", four);
    measurement.take("  nothing learned", four, true);
    measurement.take("  near any seat", near);
    measurement.take("  in the cheap half", cheap);
    measurement.take("  in the first section", section);
    measurement.take("  eight, split", split);
    hall.sell_front_half();
    measurement.take("front half sold: four", four);
    measurement.take("  nothing learned", four, true);
    measurement.take("  near any seat", near);
    hall.sell_at_random(random, 9);
    measurement.take("nine tenths sold at random: four", four);
    hall.sell_every_other();
    measurement.take("every other seat sold: four", four);
    measurement.take("  nothing learned", four, true);
    hall.fill(0);
    measurement.take("sold out: four", four);
    measurement.take("  nothing learned", four, true);
    hall.fill(1);
    std::fill_n(hall.is_free().begin(), std::min<std::size_t>(seats, 500), 0);
    measurement.take("first section sold out: four in it", section);
}

/// Sells a whole hall to groups of one to four, and prints what a choice cost in each tenth of the
/// sale. The printed checksum is that of all chosen seats: it stays the same as long as the rule
/// does.
class WholeSale {
public:
    explicit WholeSale(Hall hall)
        : hall_{std::move(hall)},
          best_{SeatRows{hall_.described()}},
          left_{hall_.is_free().size()} {}

    void run(const char* name, const std::function<SeatWish()>& wish) {
        const auto seats = left_;
        std::printf("  %-44s", name);
        std::size_t choices = 0;
        double total = 0;
        for (std::size_t tenth = 1; tenth <= 10; ++tenth) {
            const auto began = microseconds();
            std::size_t made = 0;
            for (; left_ > seats - seats * tenth / 10; ++made)
                sell(wish());
            const auto took = microseconds() - began;
            std::printf(" %6.2f", took / static_cast<double>(std::max<std::size_t>(made, 1)));
            std::fflush(stdout);
            choices += made;
            total += took;
        }
        std::printf(" %7.2f  %08x\n", total / static_cast<double>(choices), checksum_);
    }

private:
    void sell(const SeatWish& wish) {
        const auto choice = best_.choose(wish, {}, [free = hall_.is_free().data()](SeatIndex seat) {
            return free[seat] != 0;
        });
        if (!choice) return;
        for (const auto seat : *choice) {
            hall_.is_free()[seat] = 0;
            best_.note_taken(seat);
            checksum_ = (checksum_ ^ seat) * 0x01000193U;
        }
        left_ -= choice->size();
    }

    Hall hall_;
    BestSeats best_;
    std::size_t left_;
    std::uint32_t checksum_ = 0x811c9dc5U;
};

void sell_out(const char* name, const Hall& hall) {
    std::mt19937_64 random{1};
    const auto seats = hall.described().size();
    const auto any_group = [&] {
        return SeatWish{.quantity = 1 + static_cast<std::uint32_t>(random() % 4)};
    };
    WholeSale{hall}.run(name, any_group);
    WholeSale{hall}.run("  half of them at most the lower price", [&] {
        auto wish = any_group();
        if (random() % 2 == 0) wish.price_max = 100;
        return wish;
    });
    WholeSale{hall}.run("  near one seat", [&] {
        auto wish = any_group();
        wish.near = static_cast<SeatIndex>(seats / 2);
        return wish;
    });
    WholeSale{hall}.run("  near any seat", [&] {
        auto wish = any_group();
        wish.near = static_cast<SeatIndex>(random() % seats);
        return wish;
    });
}

void run_whole_sales() {
    std::printf(
        "\n  microseconds a choice, by tenth of the sale: %72s %7s  %8s\n", "", "mean", "checksum"
    );
    for (const int seats : {14'000, 100'000}) {
        const auto sell = [&](const char* layout, bool has_positions, Names names) {
            const auto name = std::to_string(seats) + " seats, " + layout;
            sell_out(name.c_str(), Hall{seats, has_positions, names});
        };
        sell("sections", true, Names::sections);
        sell("one section", true, Names::one_section);
        sell("sections without positions", false, Names::sections);
        sell("one section without positions", false, Names::one_section);
        sell("no rows", false, Names::no_rows);
    }
}

void run(int rounds) {
    std::printf(
        "  microseconds a choice: %42s %8s %8s %8s %8s\n",
        "median",
        "99 %",
        "max",
        "first",
        "refused"
    );
    measure("arena, 14,000 seats", Hall{14'000, true, Names::sections}, rounds);
    measure("arena, 14,000 seats without positions", Hall{14'000, false, Names::sections}, rounds);
    measure("14,000 seats without rows", Hall{14'000, false, Names::no_rows}, rounds);
    measure("stadium, 100,000 seats", Hall{100'000, true, Names::sections}, rounds);
    measure(
        "stadium, 100,000 seats without positions", Hall{100'000, false, Names::sections}, rounds
    );
}

}  // namespace
}  // namespace frontrow

int main(int argc, char** argv) {
    frontrow::run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 2'000);
    frontrow::run_whole_sales();
}
