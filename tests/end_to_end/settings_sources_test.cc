#include "end_to_end/server.h"
#include "support/paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <regex>
#include <set>
#include <sstream>

// The sources of settings, tested from outside: which one wins, and the message about a wrong one.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Files = std::map<std::string, std::string>;

constexpr auto kToml = "settings.toml";
constexpr auto kNoPort = "FRONTROW_LISTEN=127.0.0.1:0";

/// The store that a server with these options reports when it serves.
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
     "REDIS_PORT in the environment: a port is a number from 1 to 65535"},
    {"redis_port_of_kubernetes",
     kServe,
     {"DB_HOST=db", "REDIS_HOST=redis", "REDIS_PORT=tcp://10.0.0.1:6379"},
     {},
     "enableServiceLinks"},
    {"redis_database",
     kServe,
     {"DB_HOST=db", "REDIS_HOST=redis", "REDIS_DB=first"},
     {},
     "REDIS_DB in the environment: a database of Redis is a number"},
    {"database_port",
     {"verify"},
     {"DB_HOST=db", "DB_PASSWORD=hidden", "DB_PORT=tcp://10.0.0.1:5432"},
     {},
     "DB_PORT in the environment: a port is a number from 1 to 65535; Kubernetes"},
    {"database_port_too_large",
     {"verify"},
     {},
     {{".env", "DB_HOST=db\nDB_PORT=65536\n"}},
     "DB_PORT in .env, line 2: a port"},
    {"database_ssl_mode",
     kServe,
     {"DB_HOST=db", "DB_PASSWORD=hidden", "DB_SSLMODE=false"},
     {},
     "DB_SSLMODE in the environment: it is one of disable, allow, prefer, require"},
    {"store_ssl_mode",
     kServe,
     {"DATABASE_URL=postgres://u:hidden@db/x?sslmode=false"},
     {},
     "DATABASE_URL in the environment: --store: invalid sslmode value"},
    {"store_url_without_an_end",
     {"migrate", "status"},
     {"DATABASE_URL=postgres://u:hidden@[::1/x"},
     {},
     "DATABASE_URL in the environment: --store: the PostgreSQL URL can't be read: end of string"},
    {"store_parameter",
     kWithToml,
     {},
     {{kToml, "store = 'postgres://u:hidden@db/x?hidden=1'\n"}},
     "store in settings.toml, line 1: --store: the PostgreSQL URL can't be read: invalid URI query "
     "parameter"},
    {"store_port",
     {"seed"},
     {"FRONTROW_STORE=postgres://u:hidden@db:65536/x"},
     {},
     "FRONTROW_STORE in the environment: --store: the PostgreSQL URL's host and port"},
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

const std::string kSecret = "hidden, and long enough to be a secret";

const Wrong kWrongFiles[] = {
    {"said_twice",
     {"serve"},
     {"FRONTROW_JWT_SECRET=" + kSecret, "FRONTROW_JWT_SECRET_FILE=secret"},
     {{"secret", kSecret}},
     "FRONTROW_JWT_SECRET in the environment and FRONTROW_JWT_SECRET_FILE in the environment say "
     "the same"},
    {"said_twice_in_dotenv",
     {"verify"},
     {},
     {{".env", "DATABASE_URL=postgres://hidden@db/x\n\nDATABASE_URL_FILE=url\n"}},
     "DATABASE_URL in .env, line 1 and DATABASE_URL_FILE in .env, line 3"},
    {"said_twice_in_toml",
     kWithToml,
     {},
     {{kToml, "secret = '" + kSecret + "'\nsecret-file = 'secret'\n"}},
     "secret in settings.toml, line 1 and secret-file in settings.toml, line 2"},
    {"a_piece_said_twice",
     {"verify"},
     {"DB_HOST=db", "DB_PASSWORD=hidden", "DB_PASSWORD_FILE=password"},
     {},
     "DB_PASSWORD in the environment and DB_PASSWORD_FILE in the environment"},
    {"missing",
     {"serve"},
     {"ADMIN_API_KEY_FILE=run/key"},
     {},
     "ADMIN_API_KEY_FILE in the environment: run/key can't be read: No such file"},
    {"missing_piece",
     {"verify"},
     {"DB_HOST=db", "DB_PASSWORD_FILE=run/password"},
     {},
     "DB_PASSWORD_FILE in the environment: run/password can't be read: No such file"},
    {"folder",
     {"serve"},
     {"USER_API_KEY_FILE=run"},
     {{"run/key", kSecret}},
     "USER_API_KEY_FILE in the environment: run can't be read: Is a directory"},
    {"empty",
     {"verify"},
     {"DATABASE_URL_FILE=url"},
     {{"url", "\n"}},
     "DATABASE_URL_FILE in the environment: url is empty"},
    {"no_text",
     {"serve"},
     {"FRONTROW_JWT_SECRET_FILE=secret"},
     {{"secret", std::string{"hidden\0hidden", 13}}},
     "FRONTROW_JWT_SECRET_FILE in the environment: secret isn't a text"},
    {"wrong_url",
     {"serve", "--dev"},
     {"DATABASE_URL_FILE=url"},
     {{"url", "mysql://hidden\n"}},
     "DATABASE_URL_FILE in the environment: --store: it must be a URL"},
    {"of_what_is_no_secret",
     kWithToml,
     {},
     {{kToml, "listen-file = 'hidden'\n"}},
     "line 1: there is no setting listen-file"},
};

INSTANTIATE_TEST_SUITE_P(Files, WrongSetting, testing::ValuesIn(kWrongFiles), [](const auto& info) {
    return info.param.name;
});

INSTANTIATE_TEST_SUITE_P(
    SettingsSources,
    WrongSetting,
    testing::ValuesIn(kWrongSettings),
    [](const auto& info) { return info.param.name; }
);

/// The store that `frontrow verify` reports.
std::string store_of(const Child::Options& options) {
    const auto err = run_program(options).err;
    constexpr std::string_view kSaid = "the store is ";
    const auto begin = err.find(kSaid);
    return begin == std::string::npos
               ? err
               : err.substr(begin + kSaid.size(), err.find('\n', begin) - begin - kSaid.size());
}

TEST(SettingsSources, a_host_may_be_a_folder_or_an_ipv6_address) {
    const auto at = [](const std::string& host) {
        return store_of({.arguments = {"verify"}, .environment = {"DB_HOST=" + host, "DB_PORT=1"}});
    };
    EXPECT_EQ(at("/run/no postgres"), "PostgreSQL database frontrow at /run/no postgres:1");
    EXPECT_EQ(at("::1"), "PostgreSQL database frontrow at [::1]:1");
    EXPECT_EQ(at("[::1]"), "PostgreSQL database frontrow at [::1]:1");
    EXPECT_EQ(at("127.0.0.1"), "PostgreSQL database frontrow at 127.0.0.1:1");
    const Child::Options with_redis{
        .arguments = {"serve", "--dev"},
        .environment =
            {kNoPort, "DB_HOST=::1", "DB_PORT=1", "REDIS_HOST=::1", "REDIS_PORT=1", "REDIS_DB=2"},
    };
    EXPECT_EQ(folder_served(with_redis), "PostgreSQL database frontrow at [::1]:1");
}

/// One line end at the end of the file isn't part of the secret; a second one is.
TEST(SettingsSources, every_secret_and_url_may_come_from_a_file) {
    const std::string blank = kSecret + " ";
    const auto signed_by = [](const Child::Options& options) {
        const auto finished = run_program(options);
        EXPECT_EQ(finished.exit_code, 0) << finished.err;
        return finished.out.substr(finished.out.rfind('.'));
    };
    Child::Options token{.arguments = {"token", "--sub", "alice"}};
    const auto is_signed_with = [&](const std::string& secret) {
        // A token contains the time, which may change between the two commands.
        for (int tries = 0; tries < 20; ++tries) {
            const auto expected = signed_by(
                {.arguments = {"token", "--sub", "alice"},
                 .environment = {"FRONTROW_JWT_SECRET=" + secret}}
            );
            if (signed_by(token) == expected) return true;
        }
        return false;
    };
    token.environment = {"FRONTROW_JWT_SECRET_FILE=run/secret"};
    for (const auto* end : {"", "\n", "\r\n"}) {
        token.files["run/secret"] = blank + end;
        EXPECT_TRUE(is_signed_with(blank)) << end;
    }
    token.environment = {"FRONTROW_JWT_SECRET="};
    token.files[".env"] = "FRONTROW_JWT_SECRET_FILE=run/secret\n";
    EXPECT_TRUE(is_signed_with(blank));
    token.files[".env"] = "FRONTROW_CONFIG=settings.toml\n";
    token.files[kToml] = "[token]\nsecret-file = 'run/secret'\n";
    EXPECT_TRUE(is_signed_with(blank));
    // The order of the sources counts, not whether one names a file.
    token.environment = {"FRONTROW_JWT_SECRET=" + kSecret};
    token.files[".env"] += "FRONTROW_JWT_SECRET_FILE=nowhere\n";
    EXPECT_TRUE(is_signed_with(kSecret));

    const Files url{{"url", "postgres://u:hidden@127.0.0.1:1/theirs\n"}};
    constexpr auto kTheirs = "PostgreSQL database theirs at 127.0.0.1:1";
    for (const auto* name : {"FRONTROW_STORE_FILE=url", "DATABASE_URL_FILE=url"}) {
        EXPECT_EQ(
            store_of({.arguments = {"verify"}, .environment = {name}, .files = url}), kTheirs
        );
    }
    const Child::Options pieces{
        .arguments = {"verify"},
        .environment = {"DB_HOST_FILE=host", "DB_PORT=1", "DB_PASSWORD_FILE=password"},
        .files = {{"host", "127.0.0.1\n"}, {"password", "hidden:/@\n"}},
    };
    EXPECT_EQ(store_of(pieces), "PostgreSQL database frontrow at 127.0.0.1:1");
}

TEST(SettingsSources, a_flag_overrules_a_file_that_is_not_even_there) {
    const auto finished = run_program(Child::Options{
        .arguments = {"token", "--sub", "alice", "--secret", kSecret},
        .environment = {"FRONTROW_JWT_SECRET_FILE=nowhere"},
    });
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(finished.err, "");
}

TEST(SettingsSources, a_server_lets_in_whoever_has_the_key_from_a_file) {
    const TempFolder folder;
    const Child::Options options{
        .arguments = serve_arguments(folder.path()),
        .environment = {"ADMIN_API_KEY_FILE=run/admin", "USER_API_KEY_FILE=run/user"},
        .files = {{"run/admin", "hidden-key-of-the-admin\n"}, {"run/user", "hidden-key-of-a-user"}},
    };
    Server server{options};
    const auto status = [&](const char* key) {
        const auto answer =
            server.client().send({.target = "/api/v1/reservations", .headers = {{"X-API-Key", key}}}
            );
        return answer ? answer->status : 0;
    };
    EXPECT_EQ(status("hidden-key-of-the-admin"), 200U);
    EXPECT_EQ(status("hidden-key-of-a-user"), 200U);
    EXPECT_EQ(status("hidden-key-of-nobody"), 401U);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_THAT(server.process().err(), Not(HasSubstr("hidden")));
}

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
            {"FRONTROW_DATADIR=x",
             "FRONTROW_LISTEN=",
             "FRONTROW_PORT_80_TCP=tcp://[::1]:80",
             "FRONTROW_STORE_FILE="},
        .files = {{".env", "OTHER=1\nFRONTROW_STOR=y\nFRONTROW_STORE=\nFRONTROW_DEV_FILE=\n"}},
    });
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(
        finished.err,
        "frontrow: there is no setting FRONTROW_DATADIR in the environment; see --help\n"
        "frontrow: there is no setting FRONTROW_DEV_FILE in .env, line 4; see --help\n"
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

// Compares the written documentation with the program. -------------------------------------------

std::string file_of_checkout(const std::string& name) {
    std::ifstream in{std::filesystem::path{kCheckout} / name};
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

/// The variables in the help: ours, and those that other programs use.
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
    // These make sense only on the command line.
    for (const auto* flag : {"yes", "lend", "draw", "picture", "replace-lost"})
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
