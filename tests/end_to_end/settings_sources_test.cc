#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <regex>
#include <set>
#include <sstream>

// The sources of a setting, from the outside: which wins, and what is said of one that is wrong.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Files = std::map<std::string, std::string>;

constexpr auto kToml = "settings.toml";
constexpr auto kNoPort = "FRONTROW_LISTEN=127.0.0.1:0";

/// Where a server that was started so says that its store is.
std::string folder_served(const Child::Options& options) {
    Child child{options};
    const auto line = child.wait_for_line("\"message\":\"serving\"");
    if (!line) return "it doesn't serve: " + child.err();
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(), 0);
    return text_of(boost::json::parse(*line), "store");
}

TEST(SettingsSources, win_in_the_order_flag_environment_dotenv_toml) {
    const TempFolder parent;
    const auto folder = [&](const char* name) { return (parent.path() / name).string(); };
    Child::Options options{
        .arguments = {"serve", "--dev", "--config", kToml, "--data-dir", folder("flag")},
        .environment = {kNoPort, "FRONTROW_DATA_DIR=" + folder("environment")},
        .files =
            {{".env", "FRONTROW_DATA_DIR=" + folder("dotenv") + "\n"},
             {kToml,
              "data-dir = \"" + folder("toml") + "\"\n[serve]\ndata-dir = \"" + folder("section") +
                  "\"\n[verify]\ndata-dir = \"nowhere\"\n"}},
    };
    EXPECT_EQ(folder_served(options), folder("flag"));
    options.arguments.resize(4);
    EXPECT_EQ(folder_served(options), folder("environment"));
    options.environment.pop_back();
    EXPECT_EQ(folder_served(options), folder("dotenv"));
    options.files[".env"] = "FRONTROW_DATA_DIR=  # empty is not set\n";
    EXPECT_EQ(folder_served(options), folder("section"));
    options.files[kToml] = "data-dir = \"" + folder("toml") + "\"\n";
    EXPECT_EQ(folder_served(options), folder("toml"));
    options.files.clear();
    options.arguments.resize(2);
    EXPECT_EQ(folder_served(options), "data");
}

TEST(SettingsSources, a_real_variable_by_any_name_wins_over_dotenv) {
    const auto finished = run_program(Child::Options{
        .arguments = {"serve", "--dev"},
        .environment = {"LOG_LEVEL=loud"},
        .files = {{".env", "FRONTROW_LOG_LEVEL=info\n"}},
    });
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_THAT(finished.err, HasSubstr("LOG_LEVEL in the environment"));
}

TEST(SettingsSources, the_toml_file_may_be_named_by_a_variable_and_hold_every_kind_of_value) {
    const TempFolder folder;
    const Child::Options options{
        .arguments = {"serve"},
        .environment = {kNoPort},
        .files =
            {{".env", std::string{"FRONTROW_CONFIG="} + kToml},
             {kToml, "dev = true\nhold-minutes = 5\ndata-dir = '" + folder.path().string() + "'\n"}
            },
    };
    Server server{options};
    auto client = server.client();
    const auto event = make_hall(client, 1).event;
    const auto made = client.get("/api/v1/events/" + event);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->json().at("hold_seconds").as_int64(), 300);
    EXPECT_EQ(server.stop(), 0);
}

struct Wrong {
    std::string name;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    Files files;
    std::string says;

    friend std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
        return out << wrong.name;
    }
};

class WrongSetting : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSetting, is_refused_by_the_name_of_its_source) {
    const auto& wrong = GetParam();
    const auto finished = run_program(Child::Options{
        .arguments = wrong.arguments, .environment = wrong.environment, .files = wrong.files
    });
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_THAT(finished.err, HasSubstr(wrong.says));
    EXPECT_THAT(finished.err, Not(HasSubstr("hidden"))) << "a secret was printed";
    EXPECT_THAT(finished.out, IsEmpty());
}

const std::vector<std::string> kServe{"serve", "--dev"};
const std::vector<std::string> kWithToml{"serve", "--dev", "--config", kToml};

const Wrong kWrongSettings[] = {
    {"flag", {"serve", "--dev", "--log-level", "loud"}, {}, {}, "--log-level: loud"},
    {"variable",
     kServe,
     {"FRONTROW_HOLD_MINUTES=61"},
     {},
     "FRONTROW_HOLD_MINUTES in the environment: --hold-minutes: "},
    {"platforms_variable", kServe, {"PORT=http"}, {}, "PORT in the environment: --listen: "},
    {"platforms_variable_out_of_range",
     kServe,
     {"RESERVATION_EXPIRY_MINUTES=61"},
     {},
     "RESERVATION_EXPIRY_MINUTES in the environment: --hold-minutes: "},
    {"expiry",
     kServe,
     {"RESERVATION_EXPIRY_MINUTES=soon"},
     {},
     "RESERVATION_EXPIRY_MINUTES in the environment: "},
    {"dotenv",
     kServe,
     {},
     {{".env", "# levels\n\nLOG_LEVEL=loud\n"}},
     "LOG_LEVEL in .env, line 3: --log-level: loud"},
    {"toml",
     kWithToml,
     {},
     {{kToml, "hold-minutes = 5\nlog-level = 'loud'\n"}},
     "log-level in settings.toml, line 2: --log-level: loud"},
    {"toml_section",
     kWithToml,
     {},
     {{kToml, "[serve]\nlog-level = 'loud'\n"}},
     "serve.log-level in settings.toml, line 2"},
    {"store_url",
     {"verify"},
     {"DATABASE_URL=mysql://root:hidden@db/x"},
     {},
     "DATABASE_URL in the environment: --store: "},
    {"redis_url",
     kServe,
     {},
     {{".env", "DB_HOST=db\nREDIS_URL=http://:hidden@redis\n"}},
     "REDIS_URL in .env, line 2: --redis: "},
    {"redis_port",
     kServe,
     {"DB_HOST=db", "REDIS_HOST=redis", "REDIS_PASSWORD=hidden", "REDIS_PORT=many"},
     {},
     "REDIS_HOST in the environment: --redis: "},
    {"dotenv_line", kServe, {}, {{".env", "LOG_LEVEL=info\nhidden\n"}}, ".env, line 2: "},
    {"dotenv_quotes", kServe, {}, {{".env", "FRONTROW_JWT_SECRET=\"hidden\n"}}, ".env, line 1: "},
    {"toml_line",
     kWithToml,
     {},
     {{kToml, "dev = true\n\nsecret = hidden\n"}},
     "settings.toml, line 3: it isn't TOML"},
    {"toml_kind",
     kWithToml,
     {},
     {{kToml, "secret = ['hidden']\n"}},
     "settings.toml, line 1: a setting is"},
    {"toml_key", kWithToml, {}, {{kToml, "lisen = 'hidden'\n"}}, "line 1: there is no setting lisen"
    },
    {"toml_key_of_another_command",
     kWithToml,
     {},
     {{kToml, "[serve]\nttl = 5\n"}},
     "line 2: there is no setting serve.ttl"},
    {"toml_is_missing", kWithToml, {}, {}, "settings.toml can't be read: No such file"},
    {"production",
     kServe,
     {"APP_ENV=production"},
     {},
     "--dev believes whatever a client says it is; this is production"},
};

INSTANTIATE_TEST_SUITE_P(
    SettingsSources,
    WrongSetting,
    testing::ValuesIn(kWrongSettings),
    [](const auto& info) { return info.param.name; }
);

TEST(SettingsSources, what_is_wrong_for_another_command_or_overridden_by_a_flag_stops_nobody) {
    const auto finished = run_program(Child::Options{
        .arguments = {"token", "--sub", "alice", "--role", "user", "--config", kToml},
        .environment =
            {"FRONTROW_TOKEN_ROLE=king",
             "FRONTROW_JWT_SECRET=" + std::string(32, 's'),
             "FRONTROW_LOG_LEVEL=loud",
             "FRONTROW_STORE=nowhere"},
        .files = {{".env", "LOG_LEVEL=loud\n"}, {kToml, "listen = 'nowhere'\n"}},
    });
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
}

TEST(SettingsSources, help_is_given_whatever_the_files_say) {
    const auto finished = run_program(
        Child::Options{.arguments = {"serve", "--help"}, .files = {{".env", "this is wrong\n"}}}
    );
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_THAT(finished.out, HasSubstr("--config FILE"));
}

TEST(SettingsSources, names_like_ours_that_are_no_setting_are_told_of) {
    const auto finished = run_program(Child::Options{
        .arguments = {"token", "--sub", "alice", "--secret", std::string(32, 's')},
        .environment =
            {"FRONTROW_DATADIR=x", "FRONTROW_LISTEN=", "FRONTROW_PORT_80_TCP=tcp://[::1]:80"},
        .files = {{".env", "OTHER=1\nFRONTROW_STOR=y\nFRONTROW_STORE=\n"}},
    });
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(
        finished.err,
        "frontrow: there is no setting FRONTROW_DATADIR in the environment; see --help\n"
        "frontrow: there is no setting FRONTROW_STOR in .env, line 2; see --help\n"
    );
}

TEST(SettingsSources, a_folder_called_dotenv_is_somebody_elses) {
    const auto finished = run_program(Child::Options{
        .arguments = {"token", "--sub", "alice", "--secret", std::string(32, 's')},
        .files = {{".env/activate", "this is no setting\n"}},
    });
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
}

// What is written down for people, held against the program. -------------------------------------

std::string file_of_checkout(const std::string& name) {
    std::ifstream in{std::string{FRONTROW_CHECKOUT} + "/" + name};
    EXPECT_TRUE(in) << name << " isn't there";
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
    const std::regex regex{pattern, std::regex::ECMAScript | std::regex::multiline};
    std::set<std::string> found;
    for (std::sregex_iterator i{text.begin(), text.end(), regex}; i != std::sregex_iterator{}; ++i)
        found.insert((*i)[1]);
    return found;
}

std::string help_of_all_commands() {
    std::string text;
    const auto overview = run_program({"--help"}).out;
    const auto commands = overview.substr(overview.find("Subcommands:"));
    for (const auto& command : matches(commands, R"(^  ([a-z]+) )"))
        text += run_program({command, "--help"}).out;
    return text;
}

/// Those that the help names: ours, and those that other programs use.
std::set<std::string> variables_in_help(const std::string& help) {
    std::string lines;
    bool is_variables = false;
    std::istringstream in{help};
    for (std::string line; std::getline(in, line);) {
        if (line.find("Env: ") != std::string::npos) is_variables = true;
        if (!line.starts_with("      "))
            is_variables = line.find(" changes nothing: ") != std::string::npos;
        if (is_variables) lines += line + "\n";
    }
    return matches(lines, R"(\b([A-Z]+_[A-Z_]+|PORT)\b)");
}

TEST(SettingsSources, the_examples_and_the_document_have_every_setting_that_the_help_has) {
    const auto help = help_of_all_commands();
    const auto variables = variables_in_help(help);
    EXPECT_GT(variables.size(), 30);
    EXPECT_EQ(matches(file_of_checkout(".env.example"), R"(^([A-Z_]+)=)"), variables);
    const auto document = file_of_checkout("docs/settings.md");
    for (const auto& variable : variables)
        EXPECT_THAT(document, HasSubstr("`" + variable + "`"));

    auto flags = matches(help, R"(^  --([a-z-]+))");
    for (const auto& flag : flags)
        EXPECT_TRUE(std::regex_search(
            document, std::regex{"^\\| `([a-z]+ )?--" + flag + "`", std::regex::multiline}
        )) << "docs/settings.md doesn't have --"
           << flag;
    flags.erase("config");
    // Said once, at the terminal, or not at all.
    for (const auto* flag : {"yes", "lend", "draw", "picture"})
        flags.erase(flag);
    EXPECT_EQ(matches(file_of_checkout("frontrow.example.toml"), R"(^([a-z-]+) = )"), flags);
}

TEST(SettingsSources, the_examples_are_the_defaults) {
    const Files files{
        {".env", file_of_checkout(".env.example")},
        {kToml, file_of_checkout("frontrow.example.toml")},
    };
    const Child::Options options{
        .arguments = {"serve", "--config", kToml},
        .environment = {kNoPort, "FRONTROW_DEV=true"},
        .files = files,
    };
    EXPECT_EQ(folder_served(options), "data");
}

}  // namespace
}  // namespace frontrow::test
