#pragma once

#include "base/result.h"
#include "config/settings.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace frontrow::config {

/// A setting's value, and where it stands: "PORT in the environment".
struct Said {
    std::string value;
    std::string origin;
};

enum class MayBeInFile : bool { no, yes };

/// One of the places that win over each other, like the environment.
class Layer {
public:
    /// Nothing for a name that isn't set there, or is empty.
    using Find = std::function<std::optional<Said>(const std::string& name)>;

    /// `file_suffix`: behind a name, the name of the setting that says in which file the value is.
    Layer(Find find, std::string file_suffix)
        : find_{std::move(find)}, file_suffix_{std::move(file_suffix)} {}

    /// The name's value, or the content of its file, without the line end that editors leave. What
    /// is in a file is never repeated. Refuses a name that is said in both ways, and a file that
    /// can't be read or has nothing in it.
    Result<std::optional<Said>, UsageError>
    read(const std::string& name, MayBeInFile may_be_in_file) const;

private:
    Find find_;
    std::string file_suffix_;
};

}  // namespace frontrow::config
