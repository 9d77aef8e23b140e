#pragma once

#include "bench/report/drawing.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::bench::report {

// What pages are made of. All but safe() and facts_card() take markup.

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Text as markup that shows it.
std::string safe(std::string_view text);
/// The series of a plot, with what each is called.
std::string legend_of(const Pairs& series);
/// A plot with its words; nothing where there is no plot.
std::string figure(
    const std::string& title,
    const std::string& words,
    const std::string& legend,
    const std::string& plot
);
std::string card(const std::string& title, const std::string& content);
/// What the figures were taken on: what, and how it is.
std::string facts_card(const Pairs& facts);
/// A page in one file that asks for nothing from anywhere.
std::string page(
    const std::string& name,
    const std::string& title,
    const std::string& subtitle,
    const std::string& content
);
/// A plot in a file of its own, for the pages of others, light and dark.
std::string picture(const std::string& name, const std::string& content, Place size);

}  // namespace frontrow::bench::report
