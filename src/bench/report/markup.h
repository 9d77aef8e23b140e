#pragma once

#include "bench/report/drawing.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::bench::report {

// Elements of pages. Only safe() and facts_card() take plain text; all others take markup.

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Escapes text for markup.
std::string safe(std::string_view text);
/// The legend of a plot: its series and their names.
std::string legend_of(const Pairs& series);
/// A plot with its caption. Empty if there is no plot.
std::string figure(
    const std::string& title,
    const std::string& words,
    const std::string& legend,
    const std::string& plot
);
std::string card(const std::string& title, const std::string& content);
/// A table of the machine and the settings of the measurement.
std::string facts_card(const Pairs& facts);
/// A self-contained page, which loads nothing.
std::string page(
    const std::string& name,
    const std::string& title,
    const std::string& subtitle,
    const std::string& content
);
/// A self-contained SVG for other pages, for light and dark backgrounds.
std::string picture(const std::string& name, const std::string& content, Place size);

}  // namespace frontrow::bench::report
