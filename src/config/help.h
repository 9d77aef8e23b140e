#pragma once

#include <memory>
#include <string>

namespace CLI {
class FormatterBase;
}

namespace frontrow::config {

/// Lays out `--help`: each flag on a line of its own, below it what it does and by which other
/// names it can be set. No value of any variable is ever shown.
std::shared_ptr<CLI::FormatterBase> help_formatter();

/// For the foot of a command's help: in which order the sources of a setting win.
std::string help_on_sources();
/// For that of serve's: which names are taken and change nothing.
std::string help_on_accepted_names();

}  // namespace frontrow::config
