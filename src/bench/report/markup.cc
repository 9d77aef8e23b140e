#include "bench/report/markup.h"

#include <fmt/format.h>

namespace frontrow::assets {
extern const std::string_view bench_page;
extern const std::string_view bench_plots;
}  // namespace frontrow::assets

namespace frontrow::bench::report {
namespace {

void fill(std::string& page, std::string_view place, const std::string& with) {
    for (auto at = page.find(place); at != std::string::npos;
         at = page.find(place, at + with.size()))
        page.replace(at, place.size(), with);
}

}  // namespace

std::string safe(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string legend_of(const Pairs& series) {
    std::string entries;
    for (const auto& [name, words] : series)
        entries += "<span><i class=\"" + name + "\"></i>" + words + "</span>";
    return entries.empty() ? entries : "<div class=\"legend\">" + entries + "</div>";
}

std::string figure(
    const std::string& title,
    const std::string& words,
    const std::string& legend,
    const std::string& plot
) {
    if (plot.empty()) return {};
    return "<figure class=\"card\"><figcaption><h2>" + title + "</h2><p>" + words + "</p>" +
           legend + "</figcaption>" + plot + "</figure>\n";
}

std::string card(const std::string& title, const std::string& content) {
    return "<section class=\"card\">\n<h2>" + title + "</h2>\n" + content + "\n</section>\n";
}

std::string facts_card(const Pairs& facts) {
    std::string rows;
    for (const auto& [what, how] : facts)
        rows += "<tr><th>" + safe(what) + "</th><td>" + safe(how) + "</td></tr>";
    return card("Taken on", "<table class=\"facts\">" + rows + "</table>");
}

std::string page(
    const std::string& name,
    const std::string& title,
    const std::string& subtitle,
    const std::string& content
) {
    std::string text{assets::bench_page};
    fill(text, "@STYLE@", std::string{assets::bench_plots});
    fill(text, "@NAME@", name);
    fill(text, "@TITLE@", title);
    fill(text, "@SUBTITLE@", subtitle);
    // Filled in last: the content may quote a server's answer, and an @NAME@ in that stays as it
    // is.
    fill(text, "@CONTENT@", content);
    return text;
}

std::string picture(const std::string& name, const std::string& content, Place size) {
    auto drawn =
        svg(name, "<style>" + std::string{assets::bench_plots} + "</style>" + content, size);
    constexpr std::string_view begin = "<svg";
    drawn.insert(
        begin.size(),
        fmt::format(
            " xmlns=\"http://www.w3.org/2000/svg\" width=\"{:g}\" height=\"{:g}\"", size.x, size.y
        )
    );
    return drawn + "\n";
}

}  // namespace frontrow::bench::report
