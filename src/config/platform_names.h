#pragma once

#include "base/result.h"
#include "config/layer.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace frontrow::config {

/// Looks up a variable. The value is empty if the variable isn't set.
using Lookup = std::function<Result<Said, UsageError>(const std::string& name)>;

/// A variable of a hosting platform or another program that stands for a FRONTROW_ variable.
struct PlatformName {
    /// Our variable.
    std::string_view variable;
    /// The platform's variable. If it is set, `value` makes our variable's value from it.
    std::string_view name;
    /// Returns our value. If a variable that it looks up in `others` is invalid, the error says
    /// where that variable is set.
    Result<std::string, UsageError> (*value)(const Said& theirs, const Lookup& others);
    /// The other variables that `value` reads, for `--help`.
    std::string_view others;
};

/// Several names of one variable are listed in their order of precedence.
std::span<const PlatformName> platform_names();

/// A variable that is often set beside those above but has no effect, because Frontrow works
/// differently. Listed so that operators see that it is ignored on purpose.
struct AcceptedName {
    std::string_view name;
    std::string_view why;
};
std::span<const AcceptedName> accepted_names();

}  // namespace frontrow::config
