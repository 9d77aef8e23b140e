#pragma once

#include "base/result.h"
#include "config/settings.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace frontrow::config {

/// A setting's value, and where it was found: "PORT in the environment".
struct Said {
    std::string value;
    std::string origin;
};

enum class MayBeInFile : bool { no, yes };

/// One source of settings, like the environment. The layers have an order of precedence.
class Layer {
public:
    /// Returns nothing if the name isn't set in this layer, or is empty.
    using Find = std::function<std::optional<Said>(const std::string& name)>;

    /// `file_suffix`: a setting's name with this suffix is a second setting. That one holds the
    /// path of a file that contains the first one's value.
    Layer(Find find, std::string file_suffix)
        : find_{std::move(find)}, file_suffix_{std::move(file_suffix)} {}

    /// Returns the name's value, or the content of its file without the trailing line end. Errors
    /// never repeat what the file contains. Refuses a name whose value is set both directly and by
    /// a file, and a file that can't be read or is empty.
    Result<std::optional<Said>, UsageError>
    read(const std::string& name, MayBeInFile may_be_in_file) const;

private:
    Find find_;
    std::string file_suffix_;
};

}  // namespace frontrow::config
