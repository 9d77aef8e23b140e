#include "bench/report/report.h"
#include "bench/words.h"

namespace frontrow::bench::report {
namespace {

std::string line_of(
    const std::string& name,
    double rate,
    const Histogram& latency,
    const std::string& answers
) {
    std::string line =
        fmt::format("{:<14}{:>12}", name, in_words(static_cast<std::uint64_t>(rate)));
    for (const auto& [share, _] : kPercentiles)
        line += fmt::format(" {:>9}", in_words(latency.percentile(share)));
    return line + "  " + answers + "\n";
}

std::string lines_of(const Side& side) {
    const auto& total = side.total;
    auto lines = line_of(
        side.name, side.requests_per_second, total.latency(), in_words(total.answers, "  ")
    );
    if (total.reads.count() == 0 || total.reservations.count() == 0 || side.name == "nginx")
        return lines;
    const double each = side.requests_per_second / static_cast<double>(total.answered());
    lines += line_of(
        "  reservations",
        each * static_cast<double>(total.reservations.count()),
        total.reservations,
        ""
    );
    return lines +
           line_of("  reads", each * static_cast<double>(total.reads.count()), total.reads, "");
}

}  // namespace

std::string as_summary(const Figures& figures) {
    const auto scenario = figures.scenario();
    std::string text = fmt::format(
        "\n{}: {}\n{}\n\n", name_of(scenario), summary_of(scenario), load_in_words(figures)
    );
    std::string heads = fmt::format("{:<14}{:>12}", "", "requests/s");
    for (const auto& [_, name] : kPercentiles)
        heads += fmt::format(" {:>9}", name);
    text += heads + "  answers\n" + lines_of(figures.frontrow);
    if (figures.nginx) text += lines_of(*figures.nginx);
    if (figures.ratio) {
        std::string rounds;
        for (const auto ratio : figures.ratios)
            rounds += fmt::format("{}{:.2f}", rounds.empty() ? "" : ", ", ratio);
        text += fmt::format("\nfrontrow : nginx  {:.2f} (by round: {})\n", *figures.ratio, rounds);
    }
    text += "\n" + loop_in_words(figures) + "\n";
    if (const auto& orders = figures.frontrow.total.orders; orders.count() > 0) {
        const auto [share, name] = kOrderPercentile;
        text += fmt::format(
            "{} orders were paid. From POST /orders until the answer: p50 {}, {} {}.\n",
            in_words(orders.count()),
            in_words(orders.percentile(0.5)),
            name,
            in_words(orders.percentile(share))
        );
    }
    const auto goods = goods_of(scenario);
    if (figures.failures.empty()) {
        text += fmt::format(
            "The books agree: {} answers, {} {} sold, {}.\n",
            in_words(figures.frontrow.total.answered()),
            in_words(figures.seats_sold + figures.sold_again),
            in_words(goods),
            goods == Goods::units ? "no more than there are" : "none to two buyers at a time"
        );
    }
    for (const auto& note : figures.notes)
        text += "Note: " + note + "\n";
    return text;
}

}  // namespace frontrow::bench::report
