#pragma once

#include "redis/redis_fixture.h"
#include "store/redis/seat_gate.h"
#include "support/manual_clock.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::test {

/// A gate on a Redis of its own, one event, and numbered buyers and seats. The test's clock stands
/// still; entries in Redis expire by Redis's own clock.
class GateTest : public RedisTest {
protected:
    using Answer = store::redis::GateVerdict;
    using Seats = std::vector<std::uint64_t>;

    static constexpr Answer kPass = Answer::pass;
    static constexpr Answer kTaken = Answer::taken;
    static constexpr Answer kUnknown = Answer::unknown;

    struct Wish {
        std::uint64_t owner;
        Seats seats;
        Millis hold = Millis::max();
    };

    void SetUp() override {
        RedisTest::SetUp();
        if (!IsSkipped()) open();
    }
    void TearDown() override {
        RedisTest::TearDown();
        gate.reset();
    }
    /// Makes the client and its gate with the settings that most tests use.
    virtual void open() {
        connect();
        make_gate({});
    }
    void make_gate(const store::redis::GateSettings& settings) {
        gate = std::make_unique<store::redis::SeatGate>(*client, clock, random, settings);
    }

    static SeatId seat(std::uint64_t number) { return SeatId{Bits128{2, number}}; }
    static Bits128 buyer(std::uint64_t number) { return {number, ~number}; }
    static std::vector<SeatId> seats(const Seats& numbers) {
        std::vector<SeatId> ids;
        for (const auto number : numbers)
            ids.push_back(seat(number));
        return ids;
    }
    std::string claim_key(std::uint64_t number) const {
        return "fr:{" + event.to_string() + "}:" + seat(number).to_string();
    }

    io::Awaitable<std::vector<store::redis::GateAnswer>> asking(std::vector<Wish> wishes) {
        std::vector<std::vector<SeatId>> wanted;
        for (const auto& wish : wishes)
            wanted.push_back(seats(wish.seats));
        std::vector<store::redis::GateRequest> requests;
        for (std::size_t i = 0; i < wishes.size(); ++i)
            requests.push_back({event, wanted[i], buyer(wishes[i].owner), wishes[i].hold});
        auto answers = co_await gate->try_take(requests);
        co_return answers;
    }
    io::Awaitable<std::vector<Answer>> taking(std::vector<Wish> wishes) {
        const auto answers = co_await asking(std::move(wishes));
        std::vector<Answer> verdicts;
        for (const auto& answer : answers)
            verdicts.push_back(answer.verdict);
        co_return verdicts;
    }
    std::vector<Answer> take(std::vector<Wish> wishes) { return run(io, taking(wishes)); }
    Answer take(std::uint64_t owner, Seats wanted) {
        return take(std::vector<Wish>{{owner, wanted}}).front();
    }

    io::Awaitable<bool> releasing(Wish wish) {
        const auto given = seats(wish.seats);
        const std::array<store::redis::GateRequest, 1> requests{
            {{.event = event, .seats = given, .owner = buyer(wish.owner)}}
        };
        co_await gate->release(requests);
        co_return true;
    }
    void release(std::uint64_t owner, Seats given) { run(io, releasing({owner, given})); }

    const EventId event{Bits128{1, 1}};
    ManualClock clock;
    std::unique_ptr<store::redis::SeatGate> gate;
};

}  // namespace frontrow::test
