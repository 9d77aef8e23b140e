#pragma once

#include <memory>
#include <string>

namespace CLI {
class FormatterBase;
}

namespace frontrow::config {

/// Lays out `--help`: each flag on its own line, and below it the description and the other names
/// that set it. Never shows the value of a variable.
std::shared_ptr<CLI::FormatterBase> help_formatter();

/// The footer of every command's help: the precedence of the sources of settings.
std::string help_on_sources();
/// The footer of serve's help: the names that are accepted but change nothing.
std::string help_on_accepted_names();

}  // namespace frontrow::config
