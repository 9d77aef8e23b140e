#pragma once

#include "base/result.h"
#include "config/layer.h"
#include "config/settings.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace frontrow::config {

/// Reads settings from all sources besides flags: the environment, then `.env` in the working
/// folder, then the TOML file that `--config` names. What an option gets from them is put into its
/// environment variable (CLI11's envname). CLI11 reads that variable, and lets a flag take
/// precedence. So a new option needs nothing but its envname.
/// If may_come_from_file() holds for an option, NAME_FILE (`name-file` in TOML) may be set instead
/// of NAME, to the path of a file that contains the value.
/// There are two kinds of store: a data folder and a database. If a flag names one kind, the other
/// sources' settings of the other kind are ignored. Flags that name both kinds are refused.
class Sources {
public:
    /// Adds --config to every command that `app` has so far, and a note about it to their help.
    static void add_config_option(CLI::App& app);

    /// Call before `app` parses and before other threads exist. Errors name file and line, but no
    /// value.
    static Result<Sources, UsageError> load(const CLI::App& app, std::span<char*> arguments);

    /// Names that look like ours but set no option of any command, each with its place. Most are
    /// misspelled.
    std::vector<std::string> unknown_names() const { return unknown_; }

    /// The source of the value of one of our variables. Empty for a flag or the default.
    std::string origin_of(const std::string& variable) const;
    /// The source of the value that CLI11 complains about in `message`: "PORT in the environment".
    /// Empty for a flag.
    std::string origin_of(const CLI::App& app, const std::string& message) const;

private:
    using Values = std::map<std::string, Said>;
    using Looked = Result<std::optional<Said>, UsageError>;

    explicit Sources(std::span<char*> arguments) : arguments_{arguments} {}

    Result<void, UsageError> read_dotenv();
    Result<void, UsageError> read_toml(const CLI::App& app);
    std::string config_file() const;
    std::string variable(const std::string& name) const;
    std::optional<std::string_view> value_of(std::string_view flag) const;
    bool names_folder() const;
    bool names_database() const;
    bool is_overruled(const CLI::Option& option) const;
    Looked find(const CLI::Option& option, const Layer& layer) const;
    Looked find(const CLI::App& command, const CLI::Option& option) const;
    static Layer in_environment();
    static Layer in(const Values& values, const char* file_suffix);
    const CLI::App* called(const CLI::App& app) const;
    void find_unknown(const CLI::App& app);
    Result<void, UsageError> hand_out(const CLI::App& command);
    static void hide_from_others(const CLI::App& app, const CLI::App& command);

    std::span<char*> arguments_;
    Values dotenv_;
    /// By key. If a setting is for a single command, its key begins with the command's name and a
    /// dot.
    Values toml_;
    /// The source of each variable's value, by variable.
    std::map<std::string, std::string> origins_;
    std::vector<std::string> unknown_;
};

}  // namespace frontrow::config
