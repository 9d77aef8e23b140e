#include "redis/gate_fixture.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace frontrow::test {
namespace {

/// The keeper's facts arrive in any order and more than once; the newest decides.
class GateOrder : public GateTest {
protected:
    /// What is kept of a seat: `h`, `s` or `f`, and the seq.
    std::pair<std::string, std::uint64_t> fact_of(std::uint64_t number) {
        const auto entry = ask({"GET", fact_key(number)});
        if (!entry || entry->text.size() < 17) return {};
        return {entry->text.substr(0, 1), std::stoull(entry->text.substr(1, 16))};
    }
    static std::string letter_of(Kind kind) {
        switch (kind) {
            case Kind::held:
                return "h";
            case Kind::sold:
                return "s";
            case Kind::free:
                return "f";
        }
        return {};
    }
    /// The gate's memory and its answers are those of `newest`.
    void expect_newest(const Update& newest) {
        EXPECT_TRUE(vouch());
        for (const auto number : newest.seats) {
            EXPECT_EQ(fact_of(number), std::pair(letter_of(newest.kind), newest.seq));
            EXPECT_EQ(take(99, {number}), newest.kind == Kind::free ? kPass : kTaken);
            release(99, {number});
            if (newest.kind != Kind::free) EXPECT_EQ(take(newest.owner, {number}), kPass);
        }
    }
};

TEST_F(GateOrder, ends_with_the_newest_of_three_in_every_order_and_twice) {
    std::array kinds{Kind::held, Kind::sold, Kind::free};
    std::ranges::sort(kinds);
    do {
        std::array<std::size_t, 6> order{0, 0, 1, 1, 2, 2};
        do {
            server->flush();
            ASSERT_TRUE(vouch());
            for (const auto i : order)
                ASSERT_TRUE(apply({{i + 1, kinds[i], i + 1, {1}}}));
            expect_newest({3, kinds[2], 3, {1}});
            if (HasFailure()) return;
        } while (std::ranges::next_permutation(order).found);
    } while (std::ranges::next_permutation(kinds).found);
}

TEST_F(GateOrder, ends_with_the_newest_whatever_the_order_and_whoever_asks_meanwhile) {
    std::mt19937_64 chance{seed_of_this_run()};
    const auto below = [&chance](std::uint64_t bound) { return chance() % bound; };
    constexpr std::uint64_t kSeats = 20;
    const int rounds = is_soak() ? 300 : 15;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        server->flush();
        std::vector<Update> history;
        std::map<std::uint64_t, Update> newest;
        for (std::uint64_t seq = 1; seq <= 60; ++seq) {
            Update update{seq, static_cast<Kind>(below(3)), 1 + below(9), {}};
            for (std::uint64_t i = 0; i <= below(3); ++i)
                update.seats.push_back(below(kSeats));
            for (const auto number : update.seats)
                newest.insert_or_assign(number, Update{seq, update.kind, update.owner, {number}});
            history.push_back(std::move(update));
        }
        auto arriving = history;
        std::ranges::copy_if(history, std::back_inserter(arriving), [&](const Update&) {
            return below(2) == 0;
        });
        std::ranges::shuffle(arriving, chance);
        ASSERT_TRUE(vouch());
        for (std::size_t next = 0; next < arriving.size();) {
            const auto size = std::min<std::size_t>(1 + below(8), arriving.size() - next);
            const auto first = arriving.begin() + static_cast<std::ptrdiff_t>(next);
            ASSERT_TRUE(apply({first, first + static_cast<std::ptrdiff_t>(size)}));
            next += size;
            const Seats wanted{below(kSeats), below(kSeats)};
            EXPECT_NE(take(50 + below(5), wanted), kUnknown);
            if (below(2) == 0) release(50 + below(5), wanted);
        }
        for (std::uint64_t owner = 50; owner < 55; ++owner) {
            for (std::uint64_t number = 0; number < kSeats; ++number)
                release(owner, {number});
        }
        for (const auto& [number, update] : newest)
            expect_newest(update);
    }
}

TEST_F(GateOrder, is_whole_again_after_a_flush_in_the_middle_once_all_is_applied_again) {
    std::mt19937_64 chance{seed_of_this_run()};
    std::vector<Update> history;
    for (std::uint64_t seq = 1; seq <= 40; ++seq)
        history.push_back({seq, static_cast<Kind>(chance() % 3), 1 + chance() % 9, {chance() % 8}});
    std::map<std::uint64_t, Update> newest;
    for (const auto& update : history)
        newest.insert_or_assign(update.seats.front(), update);
    ASSERT_TRUE(vouch());
    for (const auto& update : history) {
        if (update.seq == 20) server->flush();
        ASSERT_TRUE(apply({update}));
    }
    std::vector<Update> renewed;
    for (const auto& [number, update] : newest)
        renewed.push_back(update);
    std::ranges::shuffle(renewed, chance);
    ASSERT_TRUE(apply(renewed));
    for (const auto& update : renewed)
        expect_newest(update);
}

}  // namespace
}  // namespace frontrow::test
