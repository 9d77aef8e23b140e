#include "config/help.h"

#include "config/platform_names.h"

#include <CLI/CLI.hpp>
#include <sstream>
#include <string_view>

namespace frontrow::config {
namespace {

constexpr std::size_t kWidth = 92;
constexpr std::string_view kIndent = "      ";

std::string wrapped(const std::string& text) {
    std::string out;
    std::string line;
    std::istringstream words{text};
    for (std::string word; words >> word;) {
        if (!line.empty() && kIndent.size() + line.size() + 1 + word.size() > kWidth) {
            out += kIndent;
            out += line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    return line.empty() ? out : out + std::string{kIndent} + line + "\n";
}

std::string variables_of(const std::string& variable) {
    std::string text = "Env: " + variable;
    for (const auto& theirs : platform_names()) {
        if (theirs.variable != variable) continue;
        text += ", or ";
        text += theirs.name;
        if (!theirs.others.empty()) text += " (with " + std::string{theirs.others} + ")";
    }
    return text;
}

class Help final : public CLI::Formatter {
public:
    std::string make_option(const CLI::Option* option, bool is_positional) const override {
        auto head = "  " + make_option_name(option, is_positional);
        if (option->get_type_size() != 0 && !option->get_type_name().empty())
            head += " " + option->get_type_name();
        if (option->get_required()) head += "  (required)";
        if (!option->get_default_str().empty())
            head += "  (default: " + option->get_default_str() + ")";
        const auto variable = option->get_envname();
        return head + "\n" + wrapped(make_option_desc(option)) +
               (variable.empty() ? "" : wrapped(variables_of(variable)));
    }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() {
    auto help = std::make_shared<Help>();
    help->column_width(14);
    return help;
}

std::string help_on_sources() {
    return "Order of precedence: flag, environment, .env in the working folder, TOML file,\n"
           "default. In the TOML file a flag is a line with its name, `data-dir = \"data\"`;\n"
           "below [command] it applies to that command only. An empty variable counts as not\n"
           "set. A URL, SECRET, KEY or TOKEN may also come from a file, which NAME_FILE names\n"
           "instead of NAME (in the TOML file `name-file`).";
}

std::string help_on_accepted_names() {
    std::string text;
    for (const auto& accepted : accepted_names()) {
        text += (text.empty() ? "" : "\n") + std::string{accepted.name} +
                " may be set and changes nothing: " + std::string{accepted.why} + ".";
    }
    return text;
}

}  // namespace frontrow::config
