#include "config/sources.h"

#include "config/dotenv.h"
#include "config/help.h"
#include "config/options.h"
#include "config/platform_names.h"
#include "config/text_file.h"
#include "config/toml_file.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace frontrow::config {
namespace {

constexpr auto kDotenv = ".env";
constexpr auto kConfigFlag = "--config";
constexpr auto kConfigVariable = "FRONTROW_CONFIG";
/// Suffixes of settings that name a file which contains the value: FRONTROW_STORE_FILE in the
/// environment, `store-file` in TOML.
constexpr auto kFileVariable = "_FILE";
constexpr auto kFileKey = "-file";
/// The largest file of settings.
constexpr std::size_t kFileBytesMax = 1 << 20;

/// Returns nothing if the variable is unset or empty.
std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
}

std::string place(const std::string& file, int line) {
    return file + ", line " + std::to_string(line);
}

std::unexpected<UsageError> bad_line(const std::string& file, const BadLine& bad) {
    return std::unexpected(UsageError{place(file, bad.line) + ": " + bad.reason});
}

/// A flag's name without its dashes. Empty for positional arguments, for flags without a variable
/// like --help, and for --config.
std::string key_of(const CLI::Option& option) {
    if (option.get_envname().empty() || option.get_envname() == kConfigVariable) return {};
    const auto& names = option.get_lnames();
    return names.empty() ? std::string{} : names.front();
}

MayBeInFile may_be_in_file(const CLI::Option& option) {
    return may_come_from_file(option) ? MayBeInFile::yes : MayBeInFile::no;
}

bool has_key(const CLI::App& command, const std::string& key) {
    return std::ranges::any_of(command.get_options(), [&](const CLI::Option* option) {
        const auto own = key_of(*option);
        return own == key || (may_come_from_file(*option) && own + kFileKey == key);
    });
}

bool is_known(const CLI::App& app, const std::string& key) {
    return std::ranges::any_of(app.get_subcommands({}), [&](const CLI::App* command) {
        const auto own = command->get_name() + ".";
        return has_key(*command, key) ||
               (key.starts_with(own) && has_key(*command, key.substr(own.size())));
    });
}

/// True for the variables that Kubernetes sets for a service named frontrow, and for those of this
/// repository's scripts and tests.
bool is_of_others(std::string_view name) {
    constexpr std::string_view kWords[] = {"FRONTROW_PROGRAM", "FRONTROW_SEED", "FRONTROW_SOAK"};
    return name.starts_with("FRONTROW_SERVICE_") || name.starts_with("FRONTROW_PORT") ||
           std::ranges::find(kWords, name) != std::end(kWords);
}

bool is_variable(const CLI::App& app, const std::string& name) {
    return std::ranges::any_of(app.get_subcommands({}), [&](const CLI::App* command) {
        return std::ranges::any_of(command->get_options(), [&](const CLI::Option* option) {
            const auto own = option->get_envname();
            return own == name || (may_come_from_file(*option) && own + kFileVariable == name);
        });
    });
}

/// Matches whole words: --to isn't in "--token: …".
bool mentions(const std::string& message, const std::string& flag) {
    const auto at = message.find(flag);
    if (at == std::string::npos) return false;
    const auto after = at + flag.size();
    return after == message.size() ||
           (message[after] != '-' && std::isalnum(static_cast<unsigned char>(message[after])) == 0);
}

}  // namespace

void Sources::add_config_option(CLI::App& app) {
    for (auto* command : app.get_subcommands(std::function<bool(CLI::App*)>{})) {
        // This option is only for the help and the check of flags: load() reads its value itself,
        // before CLI11 parses.
        command
            ->add_option(
                kConfigFlag, "A TOML file with a line for each flag that isn't given otherwise"
            )
            ->envname(kConfigVariable)
            ->type_name("FILE");
        const auto footer = command->get_footer();
        command->footer((footer.empty() ? "" : footer + "\n\n") + help_on_sources());
    }
}

Result<Sources, UsageError> Sources::load(const CLI::App& app, std::span<char*> arguments) {
    Sources sources{arguments};
    // Show the help even if a file is wrong: that is when it is needed most.
    if (sources.value_of("--help") || sources.value_of("-h")) return sources;
    if (auto read = sources.read_dotenv(); !read) return std::unexpected(read.error());
    if (auto read = sources.read_toml(app); !read) return std::unexpected(read.error());
    sources.find_unknown(app);
    if (const auto* command = sources.called(app)) {
        if (has_key(*command, "store") && sources.names_folder() && sources.names_database()) {
            return std::unexpected(
                UsageError{"--data-dir and --store name two stores: give one of them"}
            );
        }
        if (auto handed = sources.hand_out(*command); !handed)
            return std::unexpected(handed.error());
        sources.hide_from_others(app, *command);
    }
    return sources;
}

Result<void, UsageError> Sources::read_dotenv() {
    std::error_code is_none;
    const auto type = std::filesystem::status(kDotenv, is_none).type();
    // A folder named .env is usually a Python environment.
    if (is_none || type == std::filesystem::file_type::not_found ||
        type == std::filesystem::file_type::directory)
        return {};
    const auto text = read_text_file(kDotenv, kFileBytesMax);
    if (!text) return std::unexpected(text.error());
    auto values = parse_dotenv(*text);
    if (!values) return bad_line(kDotenv, values.error());
    for (auto& [name, value, line] : *values) {
        auto origin = name + " in " + place(kDotenv, line);
        dotenv_[std::move(name)] = {std::move(value), std::move(origin)};
    }
    return {};
}

Result<void, UsageError> Sources::read_toml(const CLI::App& app) {
    const auto file = config_file();
    if (file.empty()) return {};
    const auto text = read_text_file(file, kFileBytesMax);
    if (!text) return std::unexpected(text.error());
    auto values = parse_toml(*text);
    if (!values) return bad_line(file, values.error());
    for (auto& [name, value, line] : *values) {
        if (!is_known(app, name))
            return bad_line(file, {line, "there is no setting " + name + "; see --help"});
        auto origin = name + " in " + place(file, line);
        toml_[std::move(name)] = {std::move(value), std::move(origin)};
    }
    return {};
}

std::string Sources::config_file() const {
    if (const auto file = value_of(kConfigFlag)) return std::string{*file};
    return variable(kConfigVariable);
}

/// Reads the environment, then .env. Empty if neither sets the variable.
std::string Sources::variable(const std::string& name) const {
    if (auto value = environment(name)) return *value;
    const auto found = dotenv_.find(name);
    return found == dotenv_.end() ? std::string{} : found->second.value;
}

/// The value that follows a flag on the command line. Absent if the flag isn't given.
std::optional<std::string_view> Sources::value_of(std::string_view flag) const {
    for (std::size_t i = 1; i < arguments_.size(); ++i) {
        std::string_view argument{arguments_[i]};
        if (!argument.starts_with(flag)) continue;
        argument.remove_prefix(flag.size());
        if (argument.starts_with('=')) return argument.substr(1);
        if (argument.empty()) return i + 1 < arguments_.size() ? arguments_[i + 1] : argument;
    }
    return std::nullopt;
}

/// True if --data-dir is given, even with an empty value. So a script that passes an empty variable
/// doesn't use a database that another source names.
bool Sources::names_folder() const {
    return value_of("--data-dir").has_value();
}

/// Whether a flag names the database. An empty flag says that there is none.
bool Sources::names_database() const {
    return !value_of("--store").value_or("").empty();
}

/// True if a flag overrides the option's other sources: the option's own flag, or one that names a
/// store of the other kind.
bool Sources::is_overruled(const CLI::Option& option) const {
    const auto variable_name = option.get_envname();
    return value_of(option.get_name()).has_value() ||
           (variable_name == "FRONTROW_STORE" && names_folder()) ||
           (variable_name == "FRONTROW_DATA_DIR" && names_database());
}

/// Looks up the option in one layer: first by our name, then by the platform names.
Sources::Looked Sources::find(const CLI::Option& option, const Layer& layer) const {
    const auto variable_name = option.get_envname();
    const auto may_be = may_be_in_file(option);
    auto own = layer.read(variable_name, may_be);
    if (!own || *own) return own;
    const auto others = [&](const std::string& name) -> Result<Said, UsageError> {
        auto said = in_environment().read(name, may_be);
        if (said && !*said) said = in(dotenv_, kFileVariable).read(name, may_be);
        if (!said) return std::unexpected(said.error());
        return said->value_or(Said{});
    };
    for (const auto& theirs : platform_names()) {
        if (theirs.variable != variable_name) continue;
        auto found = layer.read(std::string{theirs.name}, may_be);
        if (!found) return found;
        if (!*found) continue;
        auto value = theirs.value(**found, others);
        if (!value) return std::unexpected(value.error());
        return Said{std::move(*value), std::move((*found)->origin)};
    }
    return std::nullopt;
}

/// Looks up the option in all layers, in their order of precedence.
Sources::Looked Sources::find(const CLI::App& command, const CLI::Option& option) const {
    const auto key = key_of(option);
    auto found = find(option, in_environment());
    if (found && !*found) found = find(option, in(dotenv_, kFileVariable));
    const auto toml = in(toml_, kFileKey);
    const auto may_be = may_be_in_file(option);
    if (found && !*found) found = toml.read(command.get_name() + "." + key, may_be);
    if (found && !*found) found = toml.read(key, may_be);
    return found;
}

Layer Sources::in_environment() {
    const auto find_variable = [](const std::string& name) -> std::optional<Said> {
        auto value = environment(name);
        if (!value) return std::nullopt;
        return Said{std::move(*value), name + " in the environment"};
    };
    return {find_variable, kFileVariable};
}

Layer Sources::in(const Values& values, const char* file_suffix) {
    const auto find_value = [&values](const std::string& name) -> std::optional<Said> {
        const auto found = values.find(name);
        if (found == values.end() || found->second.value.empty()) return std::nullopt;
        return found->second;
    };
    return {find_value, file_suffix};
}

/// Returns the command that was called. Only its settings are read, so a bad value for another
/// command can't make this one fail.
const CLI::App* Sources::called(const CLI::App& app) const {
    if (arguments_.size() < 2) return nullptr;
    const auto named = app.get_subcommands([this](const CLI::App* command) {
        return command->get_name() == arguments_[1];
    });
    return named.empty() ? nullptr : named.front();
}

void Sources::find_unknown(const CLI::App& app) {
    const auto look_at = [&](const std::string& name, const std::string& origin) {
        if (name.starts_with("FRONTROW_") && !is_of_others(name) && !is_variable(app, name))
            unknown_.push_back(origin);
    };
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view both{*variable};
        const std::string name{both.substr(0, both.find('='))};
        look_at(name, name + " in the environment");
    }
    for (const auto& [name, found] : dotenv_)
        look_at(name, found.origin);
}

Result<void, UsageError> Sources::hand_out(const CLI::App& command) {
    for (const auto* option : command.get_options()) {
        const auto name = option->get_envname();
        if (key_of(*option).empty() || origins_.contains(name)) continue;
        if (is_overruled(*option)) {
            unsetenv(name.c_str());
            continue;
        }
        auto found = find(command, *option);
        if (!found) return std::unexpected(found.error());
        if (!*found) continue;
        setenv(name.c_str(), (*found)->value.c_str(), 1);
        origins_.emplace(name, std::move((*found)->origin));
    }
    return {};
}

/// Unsets the variables of the other commands. CLI11 reads the variables of all commands and would
/// refuse a bad value there.
void Sources::hide_from_others(const CLI::App& app, const CLI::App& command) {
    const auto own = command.get_options();
    for (const auto* other : app.get_subcommands({})) {
        for (const auto* option : other->get_options()) {
            const auto name = option->get_envname();
            const bool is_own = std::ranges::any_of(own, [&](const CLI::Option* one) {
                return one->get_envname() == name;
            });
            if (!name.empty() && !is_own) unsetenv(name.c_str());
        }
    }
}

std::string Sources::origin_of(const std::string& variable_name) const {
    const auto origin = origins_.find(variable_name);
    return origin == origins_.end() ? std::string{} : origin->second;
}

std::string Sources::origin_of(const CLI::App& app, const std::string& message) const {
    const auto* command = called(app);
    if (command == nullptr) return {};
    for (const auto* option : command->get_options()) {
        const auto origin = origins_.find(option->get_envname());
        const auto flag = option->get_name();
        if (origin != origins_.end() && mentions(message, flag) && !value_of(flag))
            return origin->second;
    }
    return {};
}

}  // namespace frontrow::config
