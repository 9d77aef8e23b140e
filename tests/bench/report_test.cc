#include "bench/report/report.h"

#include "bench/bench_run.h"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The plots of a page by their names. Each is parsed as XML, so any error in it fails the test.
std::map<std::string, boost::property_tree::ptree> plots_in(const std::string& page) {
    std::map<std::string, boost::property_tree::ptree> plots;
    const std::string end = "</svg>";
    for (auto at = page.find("<svg"); at != std::string::npos; at = page.find("<svg", at + 1)) {
        std::istringstream text{page.substr(at, page.find(end, at) + end.size() - at)};
        boost::property_tree::ptree plot;
        boost::property_tree::read_xml(text, plot);
        plots[plot.get<std::string>("svg.<xmlattr>.aria-label")] = plot;
    }
    return plots;
}

std::size_t curves_in(const boost::property_tree::ptree& plot) {
    std::size_t count = 0;
    for (const auto& [name, part] : plot.get_child("svg"))
        count +=
            name == "path" && part.get<std::string>("<xmlattr>.class").starts_with("line") ? 1 : 0;
    return count;
}

TEST(BenchReport, draws_latency_throughput_and_answers) {
    const auto run = run_bench({"--scenario", "mixed", "--connections", "4", "--seats", "2000"});
    ASSERT_EQ(run.finished.exit_code, 0) << run.finished.err;
    const auto plots = plots_in(run.page);
    ASSERT_EQ(plots.size(), 4U);
    EXPECT_EQ(curves_in(plots.at("Latency by percentile")), 2U) << "reservations and reads";
    EXPECT_EQ(curves_in(plots.at("Requests a second over time")), 1U);
    EXPECT_EQ(curves_in(plots.at("Latency over time")), 2U) << "p50 and p99";
    EXPECT_TRUE(plots.contains("Answers by status"));
}

TEST(BenchReport, asks_for_nothing_from_anywhere) {
    const auto run = run_bench({"--connections", "2", "--seats", "100"});
    for (const auto* word : {"src=", "href=", "url(", "@import", "<script"})
        EXPECT_THAT(run.page, Not(HasSubstr(word)));
    EXPECT_THAT(run.page, HasSubstr("prefers-color-scheme: dark"));
    EXPECT_THAT(run.page, Not(testing::ContainsRegex("@[A-Z]+@")))
        << "a place of the template is empty";
}

/// The result of a load with these latencies, one per answer.
bench::BenchResult result_of(std::initializer_list<int> latencies_ms) {
    bench::BenchResult result;
    bench::Round round;
    bench::Slice slice;
    for (const int latency : latencies_ms) {
        slice.tally.reservations.record(std::chrono::milliseconds{latency});
        ++slice.tally.answers[201];
        ++slice.tally.sent;
    }
    slice.end = round.sale.took = std::chrono::seconds{2};
    round.sale.total.add(slice.tally);
    round.sale.slices.push_back(slice);
    result.rounds.push_back(std::move(round));
    return result;
}

TEST(BenchReport, tells_the_same_in_words_json_and_the_page) {
    const auto figures = bench::report::figures_of({}, result_of({10, 20, 30, 400}), Instant{});
    EXPECT_THAT(bench::report::as_page(figures), HasSubstr("<b>400 ms</b><span>max</span>"));
    EXPECT_THAT(bench::report::as_summary(figures), HasSubstr("400 ms"));
    const auto json = boost::json::parse(bench::report::as_json(figures));
    EXPECT_EQ(json.at("frontrow").at("latency_ms").at("max").to_number<double>(), 400);
    EXPECT_EQ(json.at("frontrow").at("requests_per_second").to_number<double>(), 2);
    EXPECT_NEAR(json.at("frontrow").at("latency_ms").at("p50").to_number<double>(), 20, 0.1);
}

TEST(BenchReport, tells_the_rate_of_an_open_loop_as_a_number) {
    const config::BenchSettings settings{.rate = 2'500.5};
    const auto figures = bench::report::figures_of(settings, result_of({10}), Instant{});
    const auto json = boost::json::parse(bench::report::as_json(figures));
    EXPECT_EQ(json.at("settings").at("loop").as_string(), "open");
    ASSERT_TRUE(json.at("settings").at("rate").is_double());
    EXPECT_EQ(json.at("settings").at("rate").as_double(), 2'500.5);
}

TEST(BenchReport, of_a_bench_that_came_to_nothing_is_a_page_all_the_same) {
    bench::BenchResult nothing;
    nothing.failures.emplace_back("setting up: <nobody> answers");
    const auto figures = bench::report::figures_of({}, std::move(nothing), Instant{});
    const auto page = bench::report::as_page(figures);
    EXPECT_THAT(page, HasSubstr("setting up: &lt;nobody&gt; answers"));
    EXPECT_TRUE(plots_in(page).empty());
    EXPECT_FALSE(boost::json::parse(bench::report::as_json(figures)).at("ok").as_bool());
}

}  // namespace
}  // namespace frontrow::test
