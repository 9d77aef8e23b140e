#include "bench/report/markup.h"
#include "bench/report/plot.h"
#include "bench/report/report.h"
#include "bench/words.h"

#include <cctype>

namespace frontrow::bench::report {
namespace {

std::string list_of(const std::vector<std::string>& sentences) {
    std::string items;
    for (const auto& sentence : sentences)
        items += "<li>" + safe(sentence) + "</li>";
    return "<ul>" + items + "</ul>";
}

std::string verdict_of(const Figures& figures) {
    const auto notes = figures.notes.empty() ? "" : list_of(figures.notes);
    if (!figures.failures.empty()) {
        return "<div class=\"verdict failed\"><div><strong>These figures can't be "
               "trusted.</strong>" +
               list_of(figures.failures) + notes + "</div></div>";
    }
    const auto goods = goods_of(figures.scenario());
    const bool runs_out = figures.scenario() == Scenario::expiry;
    const auto counted =
        runs_out ? "when all the holds had run out, the server counted every seat as free"
                 : "the server counts the " + in_words(figures.seats_sold) + " " +
                       std::string{in_words(goods)} + " that buyers were told of";
    return fmt::format(
        "<div class=\"verdict\"><div><strong>The books agree.</strong> Every answer was one that "
        "the "
        "scenario knows, {}, and {}.{}</div></div>",
        goods == Goods::units ? "no more units were sold than there are"
                              : "no seat was two buyers’ at a time",
        counted,
        notes
    );
}

std::string tile(const std::string& value, const std::string& what) {
    return "<div class=\"tile\"><b>" + value + "</b><span>" + what + "</span></div>";
}

std::string tiles_of(const Figures& figures) {
    const auto latency = figures.frontrow.total.latency();
    auto tiles = tile(
        in_words(static_cast<std::uint64_t>(figures.frontrow.requests_per_second)), "requests/s"
    );
    if (figures.ratio) tiles += tile(fmt::format("{:.2f}", *figures.ratio), "of nginx");
    for (const auto& [share, name] : kPercentiles) {
        if (share != 0.9) tiles += tile(in_words(latency.percentile(share)), name);
    }
    if (const auto& orders = figures.frontrow.total.orders; orders.count() > 0) {
        const auto [share, name] = kOrderPercentile;
        tiles += tile(in_words(orders.percentile(share)), std::string{name} + " of an order");
    }
    return tiles + tile(
                       in_words(figures.seats_sold + figures.sold_again),
                       std::string{in_words(goods_of(figures.scenario()))} + " sold"
                   );
}

std::string plots_of(const Figures& figures) {
    const bool has_reads = figures.frontrow.total.reads.count() > 0;
    Pairs by_kind{{"frontrow", "reservations"}};
    if (has_reads) by_kind.emplace_back("reads", "reads");
    Pairs by_side{{"frontrow", "frontrow"}};
    if (figures.nginx) {
        by_kind.emplace_back("nginx", "nginx, a constant answer");
        by_side.emplace_back("nginx", "nginx, a constant answer");
    }
    return figure(
               "Latency by percentile",
               "How long the given share of requests took at most. Both axes are logarithmic: each "
               "step to the right leaves a tenth of "
               "the requests that were left before.",
               legend_of(by_kind),
               percentiles_plot(figures)
           ) +
           figure(
               "Throughput over time", "Answers a second.", legend_of(by_side), rate_plot(figures)
           ) +
           figure(
               "Latency over time",
               "A peak in p99 alone is a short stall; one in both is a server that has more to do "
               "than it can.",
               legend_of({{"frontrow", "p50"}, {"slow", "p99"}}),
               latency_plot(figures)
           ) +
           figure("Answers by status", "What the crowd was told.", "", answers_plot(figures));
}

std::string latency_row(const std::string& name, const Histogram& latency) {
    if (latency.count() == 0) return {};
    auto row = "<tr><td>" + name + "</td><td>" + in_words(latency.count()) + "</td><td>" +
               in_words(latency.mean()) + "</td>";
    for (const auto& [share, _] : kPercentiles)
        row += "<td>" + in_words(latency.percentile(share)) + "</td>";
    return row + "</tr>";
}

std::string latencies_of(const Figures& figures) {
    std::string rows =
        "<p class=\"soft\">" + loop_in_words(figures) +
        "</p>\n<div class=\"scroll\"><table><tr><th></th><th>answers</th><th>mean</th>";
    for (const auto& [_, name] : kPercentiles)
        rows += std::string{"<th>"} + name + "</th>";
    rows += "</tr>" + latency_row("reservations", figures.frontrow.total.reservations) +
            latency_row("reads", figures.frontrow.total.reads) +
            latency_row("orders, payments and refunds", figures.frontrow.total.checkouts) +
            latency_row("an order, until it is paid", figures.frontrow.total.orders) +
            latency_row("requests sent later than meant", figures.frontrow.total.lateness);
    if (figures.nginx) rows += latency_row("nginx", figures.nginx->total.latency());
    return rows + "</table></div>";
}

Pairs facts_of(const Figures& figures) {
    const auto& settings = figures.settings;
    auto facts = figures.machine;
    facts.emplace_back(
        "server", settings.url.empty() ? "its own, on an empty embedded store" : settings.url
    );
    facts.emplace_back(
        "load generator",
        fmt::format(
            "on this machine, {} thread(s); it used {:.2f} of a core",
            settings.threads,
            figures.frontrow.generator_cores
        )
    );
    std::string rates;
    for (const auto rate : figures.frontrow.round_rates)
        rates += (rates.empty() ? "" : ", ") + in_words(static_cast<std::uint64_t>(rate));
    facts.emplace_back("requests/s by round", rates);
    for (std::size_t i = 0; i < figures.ratios.size(); ++i)
        facts.emplace_back(
            fmt::format("ratio to nginx, round {}", i + 1), fmt::format("{:.3f}", figures.ratios[i])
        );
    return facts;
}

}  // namespace

std::string as_page(const Figures& figures) {
    const auto scenario = figures.scenario();
    std::string title{summary_of(scenario)};
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
    const auto taken = to_rfc3339(figures.taken);
    return page(
        "frontrow bench · " + std::string{name_of(scenario)},
        title,
        load_in_words(figures) + " · " + taken.substr(0, 10) + ", " + taken.substr(11, 5) + " UTC",
        verdict_of(figures) + "\n<div class=\"tiles\">" + tiles_of(figures) + "</div>\n" +
            plots_of(figures) + card("Latencies", latencies_of(figures)) +
            facts_card(facts_of(figures))
    );
}

}  // namespace frontrow::bench::report
