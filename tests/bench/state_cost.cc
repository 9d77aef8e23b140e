// Measures what the state's savepoint and digest cost a node, and what it costs to apply another
// node's fact (C8 in docs/performance.md). Not a test: a program that prints a table.
//
//   ninja -C build/release state_cost && build/release/tests/state_cost [ROUNDS]

#include "base/check.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/inventory.h"
#include "store/engine/frame.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace frontrow {
namespace {

using domain::Fact;
using domain::Inventory;

constexpr std::uint64_t kSeats = 100'000;
constexpr std::size_t kBatch = 64;
/// How many batches are timed together. The variants take turns, so that other load on the machine
/// affects all of them.
constexpr std::size_t kTimed = 16;
const Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 28}};

enum class Way { plain, with_savepoint, with_both, learned };
constexpr std::array kWays{Way::plain, Way::with_savepoint, Way::with_both, Way::learned};

/// One state, a sale in it, and the facts of its last batch.
class Sale {
public:
    explicit Sale(Way way)
        : way_{way},
          state_{std::make_unique<Inventory>(
              way >= Way::with_both ? StateLog::Digests::on : StateLog::Digests::off
          )} {
        domain::EventSpec spec;
        spec.name = "Night";
        spec.start_at = kNow + std::chrono::hours{24};
        spec.end_at = spec.start_at + std::chrono::hours{3};
        spec.total_seats = kSeats;
        carry_out(domain::CreateEvent{kEvent, kHouse, spec});
        auto block = std::make_shared<domain::SeatBlock>();
        block->first_id = SeatId{Bits128{2, 0}};
        for (std::uint64_t i = 0; i < kSeats; ++i)
            block->seats.push_back(
                {.number = std::to_string(i), .section = "", .row = "", .price = 100}
            );
        carry_out(domain::AddSeats{kEvent, kHouse, std::move(block)});
        state_->digest();
    }

    /// Sells another batch. Returns the batch's frame if `makes_frame`, else an empty text.
    std::string sell(bool makes_frame) {
        facts_.clear();
        if (way_ != Way::plain) state_->open_savepoint();
        for (std::size_t i = 0; i < kBatch; ++i)
            carry_out(reservation_of(sold_++));
        if (way_ == Way::with_both) state_->digest();
        if (way_ != Way::plain) state_->commit();
        return makes_frame ? writer_.write(facts_) : std::string{};
    }
    /// Applies another node's batch.
    void learn(const std::string& frame) {
        const auto facts = store::engine::read_frame(frame, state_->last_seq() + 1);
        CHECK(facts);
        for (const auto& fact : *facts)
            domain::evolve(*state_, fact);
        state_->digest();
    }

private:
    inline static const EventId kEvent{Bits128{1, 1}};
    inline static const domain::Organizer kHouse{.sub = "house", .is_admin = false};

    domain::ReserveSeats reservation_of(std::uint64_t seat) {
        domain::ReserveSeats command{
            .reservation = ReservationId{Bits128{3, seat}},
            .event = kEvent,
            .user = "buyer " + std::to_string(seat),
            .seats = {},
            .hold = {},
            .request = {.key = Bits128{4, seat}, .content = {}},
        };
        command.seats.push_back(SeatId{Bits128{2, seat}});
        return command;
    }
    void carry_out(const domain::Command& command) {
        auto decision = domain::decide(*state_, command, kNow);
        CHECK(decision.outcome);
        for (auto& fact : decision.facts) {
            facts_.push_back(
                {.seq = state_->last_seq() + 1,
                 .at = kNow,
                 .trace = {},
                 .event = fact.event,
                 .body = std::move(fact.body)}
            );
            domain::evolve(*state_, facts_.back());
        }
    }

    Way way_;
    std::unique_ptr<Inventory> state_;
    std::uint64_t sold_ = 0;
    std::vector<Fact> facts_;
    store::engine::FrameWriter writer_;
};

/// CPU time of this thread, so that waiting for a processor doesn't count.
double microseconds() {
    std::timespec now{};
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double median(std::vector<double> times) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    return *middle;
}

using Times = std::array<std::vector<double>, kWays.size()>;

/// Sells all seats with each variant, and records the time per reservation.
void take_times(const std::vector<std::string>& frames, Times& times) {
    std::vector<std::unique_ptr<Sale>> sales;
    for (const auto way : kWays)
        sales.push_back(std::make_unique<Sale>(way));
    for (std::size_t begin = 0; begin + kTimed <= frames.size(); begin += kTimed) {
        for (std::size_t way = 0; way < kWays.size(); ++way) {
            const auto began = microseconds();
            for (std::size_t i = begin; i < begin + kTimed; ++i) {
                if (kWays[way] == Way::learned)
                    sales[way]->learn(frames[i]);
                else
                    sales[way]->sell(false);
            }
            times[way].push_back((microseconds() - began) / (kTimed * kBatch));
        }
    }
}

void run(int rounds) {
    Sale theirs{Way::plain};
    std::vector<std::string> frames;
    while (frames.size() < kSeats / kBatch)
        frames.push_back(theirs.sell(true));
    Times times;
    for (int round = 0; round < rounds; ++round)
        take_times(frames, times);
    const auto plain = median(times[0]);
    const auto row = [&](const char* what, Way way) {
        const auto time = median(times[static_cast<std::size_t>(way)]);
        std::printf("%-44s %6.2f us  %+5.1f %%\n", what, time, 100 * (time / plain - 1));
    };
    std::printf("a reservation, %zu a batch, median of %zu\n", kBatch, times[0].size());
    row("decided and evolved", Way::plain);
    row("in a savepoint", Way::with_savepoint);
    row("in a savepoint, with the digest", Way::with_both);
    row("another node's: read, evolved, digested", Way::learned);
}

}  // namespace
}  // namespace frontrow

int main(int argc, char** argv) {
    frontrow::run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 9);
}
