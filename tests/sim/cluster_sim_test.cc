#include "sim/world.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

// A cluster in virtual time: the real nodes, on a simulated database with connections and clocks
// that fail. The seed alone determines a run.

namespace frontrow::sim {
namespace {

using namespace std::chrono_literals;

constexpr bool is_sanitized() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#else
    return false;
#endif
}

/// How many seeds a test tries. Chosen so that all tests together take a minute or two on a slow
/// machine.
std::uint64_t runs(std::uint64_t quick) {
    if (test::is_soak()) return 10'000;
    return is_sanitized() ? quick / 10 : quick;
}

std::string complaints_of(const Report& report) {
    std::string text;
    for (std::size_t i = 0; i < std::min(report.complaints.size(), 5UZ); ++i)
        text += report.complaints[i] + "\n";
    return text;
}

/// Returns how many facts of each kind there were.
test::FactCounts expect_sound(const Scenario& scenario, std::uint64_t count) {
    const auto seed = test::seed_of_this_run();
    std::size_t answers = 0;
    std::size_t batches = 0;
    test::FactCounts facts{};
    for (std::uint64_t run = 0; run < runs(count) && !testing::Test::HasFailure(); ++run) {
        const auto report = World{scenario, seed + run}.run();
        EXPECT_TRUE(report.complaints.empty())
            << complaints_of(report) << "FRONTROW_SEED=" << seed + run << " begins with it";
        answers += report.answers;
        batches += report.batches;
        test::add(facts, report.facts);
    }
    std::cout << answers << " answers, " << batches << " batches\n";
    return facts;
}

const std::vector<Failure> kAll{
    Failure::kill,
    Failure::pause,
    Failure::cut,
    Failure::stall,
    Failure::lost_acknowledgement,
    Failure::stuck_commit,
    Failure::database_restart,
    Failure::machine_clock,
    Failure::database_clock,
    Failure::far_machine,
    Failure::divergence,
};

Time p99(std::vector<Time> latencies) {
    const auto place = latencies.begin() + static_cast<std::ptrdiff_t>(latencies.size() * 99 / 100);
    std::ranges::nth_element(latencies, place);
    return *place;
}

/// After a node has lost its place twice, it tries to reserve the next place. Another node may
/// reserve that place first.
constexpr std::uint64_t kLossesMax = 4;

/// No node loses its place many times or waits much longer than others, and few appends are in
/// vain.
void expect_fair(const Report& report) {
    Node::Counts all;
    std::vector<Time> all_p99;
    for (std::size_t i = 0; i < report.counts.size(); ++i) {
        const auto& counts = report.counts[i];
        EXPECT_LE(counts.losing_run_max, kLossesMax);
        all = sum(all, counts);
        all_p99.push_back(p99(report.latencies[i]));
    }
    std::ranges::sort(all_p99);
    const auto median = all_p99[(all_p99.size() - 1) / 2];
    // A starving node and the one beside it may both be slow, so the fastest is the measure.
    EXPECT_LE(all_p99.back(), all_p99.front() * 5 / 2);
    const auto of = [](auto a, auto b) { return static_cast<double>(a) / static_cast<double>(b); };
    EXPECT_LE(of(all.tries, all.wins), 2);
    EXPECT_LE(of(all.decisions, all.commands), 3);
    std::cout << report.counts.size() << " machines: " << report.answers << " answers, " << all.wins
              << " batches, " << of(all.tries, all.wins) << " tries and " << of(all.looks, all.wins)
              << " looks each, " << of(all.decisions, all.commands)
              << " decisions of a command, at most " << all.losing_run_max
              << " losses in a row, p99 of the fastest, the median and the slowest "
              << of(all_p99.front().count(), 1'000'000) << ", " << of(median.count(), 1'000'000)
              << " and " << of(all_p99.back().count(), 1'000'000) << " ms\n";
}

}  // namespace

TEST(ClusterSimulation, shares_a_saturated_journal) {
    const auto seed = test::seed_of_this_run();
    for (std::size_t machines = 1; machines <= 5; ++machines) {
        SCOPED_TRACE(std::to_string(machines) + " machines, FRONTROW_SEED=" + std::to_string(seed));
        const auto report =
            World{
                {.machines = machines,
                 .buyers = 40,
                 .think = 0s,
                 .between_visitors = 0s,
                 .duration = 500ms,
                 .big_percent = 0},
                seed
            }
                .run();
        EXPECT_TRUE(report.complaints.empty()) << complaints_of(report);
        expect_fair(report);
    }
}

TEST(ClusterSimulation, serves_without_failures) {
    expect_sound({}, 20);
}
TEST(ClusterSimulation, takes_whole_halls_among_busy_nodes) {
    const Scenario imports{
        .machines = 3,
        .buyers = 12,
        .think = 0s,
        .big_percent = 1,
        .big_block = 20'000,
    };
    expect_sound(imports, 3);
}
TEST(ClusterSimulation, serves_far_from_the_database_among_busy_nodes) {
    const Scenario far{
        .machines = 3,
        .buyers = 8,
        .think = 0s,
        .between_visitors = 0s,
        .duration = 1s,
        .big_percent = 0,
        .trip_of_last = 20ms,
    };
    const auto seed = test::seed_of_this_run();
    for (std::uint64_t run = 0; run < runs(10); ++run) {
        const auto report = World{far, seed + run}.run();
        ASSERT_TRUE(report.complaints.empty())
            << complaints_of(report) << "FRONTROW_SEED=" << seed + run << " begins with it";
        // A few round trips to get a place, and one to fill it.
        EXPECT_LE(p99(report.latencies.back()), 15 * far.trip_of_last);
    }
}
TEST(ClusterSimulation, outlives_failures_while_places_are_held) {
    const Scenario imports{
        .machines = 3,
        .between_failures = 60ms,
        .failures = kAll,
        .big_percent = 20,
        .big_block = 5'000,
    };
    expect_sound(imports, 20);
}
TEST(ClusterSimulation, outlives_processes_that_are_killed) {
    expect_sound({.failures = {Failure::kill}}, 20);
}
TEST(ClusterSimulation, outlives_processes_that_stand_still) {
    expect_sound({.failures = {Failure::pause}}, 20);
}
TEST(ClusterSimulation, outlives_lost_connections) {
    expect_sound({.failures = {Failure::cut}}, 20);
}
TEST(ClusterSimulation, outlives_appends_that_come_late) {
    const Scenario far{
        .machines = 1, .between_failures = 80ms, .failures = {Failure::cut}, .trip_of_last = 30ms
    };
    expect_sound(far, 500);
}
TEST(ClusterSimulation, outlives_connections_on_which_nothing_travels) {
    expect_sound({.failures = {Failure::stall}}, 20);
}
TEST(ClusterSimulation, outlives_lost_acknowledgements) {
    expect_sound({.failures = {Failure::lost_acknowledgement}}, 20);
}
TEST(ClusterSimulation, outlives_appends_that_are_stuck) {
    expect_sound({.failures = {Failure::stuck_commit}}, 20);
}
TEST(ClusterSimulation, outlives_restarts_of_the_database) {
    expect_sound({.failures = {Failure::database_restart}}, 20);
}
TEST(ClusterSimulation, outlives_machines_with_wrong_clocks) {
    expect_sound({.failures = {Failure::machine_clock}}, 20);
}
TEST(ClusterSimulation, outlives_a_database_with_a_wrong_clock) {
    expect_sound({.failures = {Failure::database_clock}}, 20);
}
/// Uses a single node, because another node's batch would end the doubt.
TEST(ClusterSimulation, outlives_a_clock_that_is_set_while_a_batch_is_in_doubt) {
    const Scenario far{
        .machines = 1,
        .between_failures = 40ms,
        .failures = {Failure::cut, Failure::database_clock},
        .trip_of_last = 20ms,
    };
    expect_sound(far, 100);
}
TEST(ClusterSimulation, outlives_machines_that_move_away) {
    expect_sound({.failures = {Failure::far_machine}}, 20);
}
TEST(ClusterSimulation, stops_a_node_whose_copy_diverged) {
    expect_sound({.failures = {Failure::divergence}}, 20);
}
TEST(ClusterSimulation, heals_a_fail_over_that_lost_batches) {
    expect_sound(
        {.duration = 3s, .between_failures = 800ms, .failures = {Failure::lossy_fail_over}}, 20
    );
}
TEST(ClusterSimulation, begins_again_where_the_journal_has_another_past) {
    expect_sound({.between_failures = 800ms, .failures = {Failure::fork}}, 20);
}
TEST(ClusterSimulation, starts_while_others_bring_back_what_a_fail_over_lost) {
    const Scenario slow{
        .machines = 2,
        .duration = 2s,
        .between_failures = 700ms,
        .failures = {Failure::start_amid_a_fail_over},
        .trip_of_last = 20ms,
        .lost_most = 300,
    };
    expect_sound(slow, 40);
}
TEST(ClusterSimulation, is_the_same_again_for_the_same_seed) {
    const auto seed = test::seed_of_this_run();
    for (std::uint64_t run = 0; run < 5; ++run) {
        const Scenario scenario{.between_failures = 60ms, .failures = kAll};
        EXPECT_EQ(World(scenario, seed + run).run().hash, World(scenario, seed + run).run().hash);
    }
}
TEST(ClusterSimulation, outlives_everything_at_once_with_facts_of_every_kind) {
    const auto facts = expect_sound({.between_failures = 60ms, .failures = kAll}, 100);
    EXPECT_THAT(facts, testing::Each(testing::Gt(0U)));
}

}  // namespace frontrow::sim
