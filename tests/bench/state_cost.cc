// What it costs that a node's state can be taken back and knows its digest, and what another node's
// fact costs (C8 in docs/performance.md). Not a test: a program that prints a table.
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
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace frontrow {
namespace {

using domain::Fact;
using domain::Inventory;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kSeats = 100'000;
constexpr std::size_t kBatch = 64;
const Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 28}};

enum class Way { plain, with_savepoint, with_both };
constexpr std::array kWays{Way::plain, Way::with_savepoint, Way::with_both};

/// One state, a sale in it, and the facts of its last batch.
class Sale {
public:
    explicit Sale(Way way)
        : way_{way},
          state_{std::make_unique<Inventory>(
              way == Way::with_both ? StateLog::Digests::on : StateLog::Digests::off
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
                {.number = std::to_string(i),
                 .section = "",
                 .row = "",
                 .price = 100,
                 .position = nullptr}
            );
        carry_out(domain::AddSeats{kEvent, kHouse, std::move(block)});
        state_->digest();
    }

    /// Sells all seats, a batch after the other, and keeps the batches' frames.
    void sell() {
        for (std::uint64_t seat = 0; seat + kBatch <= kSeats; seat += kBatch) {
            facts_.clear();
            if (way_ != Way::plain) state_->open_savepoint();
            for (std::uint64_t i = 0; i < kBatch; ++i)
                carry_out(reservation_of(seat + i));
            if (way_ == Way::with_both) state_->digest();
            if (way_ != Way::plain) state_->commit();
            if (keeps_frames) frames.push_back(writer_.write(facts_));
        }
    }
    /// Learns of another node's batches.
    void learn(const std::vector<std::string>& theirs) {
        for (const auto& frame : theirs) {
            const auto facts = store::engine::read_frame(frame, state_->last_seq() + 1);
            CHECK(facts);
            for (const auto& fact : *facts)
                domain::evolve(*state_, fact);
            state_->digest();
        }
    }

    bool keeps_frames = false;
    std::vector<std::string> frames;

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
    std::vector<Fact> facts_;
    store::engine::FrameWriter writer_;
};

template <class Work>
double microseconds(Work work) {
    const auto began = Clock::now();
    work();
    return std::chrono::duration<double, std::micro>(Clock::now() - began).count() / kSeats;
}

double median(std::vector<double> times) {
    std::ranges::sort(times);
    return times[times.size() / 2];
}

void run(int rounds) {
    Sale theirs{Way::plain};
    theirs.keeps_frames = true;
    theirs.sell();
    std::array<std::vector<double>, kWays.size()> sold;
    std::vector<double> learned;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t way = 0; way < kWays.size(); ++way) {
            Sale sale{kWays[way]};
            sold[way].push_back(microseconds([&] { sale.sell(); }));
        }
        Sale sale{Way::with_both};
        learned.push_back(microseconds([&] { sale.learn(theirs.frames); }));
    }
    const auto plain = median(sold[0]);
    const auto row = [&](const char* what, double time) {
        std::printf("%-44s %6.2f us  %+5.1f %%\n", what, time, 100 * (time / plain - 1));
    };
    std::printf("a reservation, %zu a batch, median of %d\n", kBatch, rounds);
    row("decided and evolved", plain);
    row("in a savepoint", median(sold[1]));
    row("in a savepoint, with the digest", median(sold[2]));
    row("another node's: read, evolved, digested", median(learned));
}

}  // namespace
}  // namespace frontrow

int main(int argc, char** argv) {
    frontrow::run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 9);
}
