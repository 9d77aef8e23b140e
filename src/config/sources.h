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

/// Where settings come from besides flags: the environment, then `.env` in the working folder, then
/// the TOML file that `--config` names. What an option gets from any of them is put into the
/// environment variable that stands for it (CLI11's envname), where CLI11 finds it and lets a flag
/// win over it. So a new option needs nothing but its envname. What may_come_from_file() may also
/// stand in a file, which NAME_FILE names instead of NAME (in TOML `name-file`). A store that a
/// flag names wins over a store of the other kind that is named elsewhere; two flags that name one
/// each are refused.
class Sources {
public:
    /// Adds --config to every command that `app` has by now, and a word on it to its help.
    static void add_config_option(CLI::App& app);

    /// Before `app` parses and before there are threads. Errors name file and line, and no value.
    static Result<Sources, UsageError> load(const CLI::App& app, std::span<char*> arguments);

    /// Names that look like ours and are no setting of any command, each with where it stands: most
    /// are mistyped.
    std::vector<std::string> unknown_names() const { return unknown_; }

    /// Where the value of this variable of ours came from. Empty for a flag, and for the default.
    std::string origin_of(const std::string& variable) const;
    /// Where the value came from that CLI11 complains of in `message`: "PORT in the environment".
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
    /// By key, `command.` before it where it is one command's alone.
    Values toml_;
    /// By variable: where its value is from.
    std::map<std::string, std::string> origins_;
    std::vector<std::string> unknown_;
};

}  // namespace frontrow::config
