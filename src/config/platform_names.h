#pragma once

#include "base/result.h"
#include "config/layer.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace frontrow::config {

/// What a variable says; an empty value where it isn't set.
using Lookup = std::function<Result<Said, UsageError>(const std::string& name)>;

/// A name by which platforms and other programs' set-ups know what a FRONTROW_ variable says.
struct PlatformName {
    /// Ours.
    std::string_view variable;
    /// Theirs: where it's set, `value` tells what ours would say.
    std::string_view name;
    /// Refuses one of the others that can't be right, by where it stands.
    Result<std::string, UsageError> (*value)(const Said& theirs, const Lookup& others);
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
