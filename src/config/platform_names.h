#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace frontrow::config {

/// The value of a variable; empty where there is none.
using Lookup = std::function<std::string(const std::string&)>;

/// A name by which platforms and other programs' set-ups know what a FRONTROW_ variable says.
struct PlatformName {
    /// Ours.
    std::string_view variable;
    /// Theirs: where it's set, `value` tells what ours would say.
    std::string_view name;
    std::string (*value)(const std::string& theirs, const Lookup& others);
    /// What else `value` looks at, for `--help`.
    std::string_view others;
};

/// Those of one variable stand in the order in which they win.
std::span<const PlatformName> platform_names();

/// What is often set beside those and has nothing to do here: Frontrow has other means. Listed so
/// that nobody needs to wonder.
struct AcceptedName {
    std::string_view name;
    std::string_view why;
};
std::span<const AcceptedName> accepted_names();

}  // namespace frontrow::config
