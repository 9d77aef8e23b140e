#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <csignal>
#include <ostream>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A port on which another socket listens.
class TakenPort {
public:
    TakenPort() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        socklen_t length = sizeof address;
        const bool is_taken = ::bind(socket_, generic, length) == 0 && ::listen(socket_, 1) == 0 &&
                              ::getsockname(socket_, generic, &length) == 0;
        if (!is_taken) throw std::runtime_error("can't take a port");
        port_ = std::to_string(ntohs(address.sin_port));
    }
    ~TakenPort() { ::close(socket_); }

    const std::string& port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + port_; }

private:
    int socket_;
    std::string port_;
};

struct WrongUsage {
    std::string name;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    /// The words that the message must contain.
    std::string says;

    friend std::ostream& operator<<(std::ostream& out, const WrongUsage& wrong) {
        return out << wrong.name;
    }
};

class WrongUsageOfProgram : public testing::TestWithParam<WrongUsage> {};

TEST_P(WrongUsageOfProgram, exits_2_and_says_what_is_wrong) {
    const auto& wrong = GetParam();
    const auto finished = run_program(wrong.arguments, wrong.environment);
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_THAT(finished.err, HasSubstr(wrong.says));
    EXPECT_THAT(finished.out, IsEmpty());
    EXPECT_THAT(finished.err, Not(HasSubstr("hidden"))) << "a secret was printed";
}

constexpr auto kPaymentSecret = "FRONTROW_PAYMENT_SECRET=aGlkZGVuIGhpZGRlbiBoaWRkZW4gaGlkZGVuIQ==";
constexpr auto kVerdictSecret = "FRONTROW_VERDICT_SECRET=aGlkZGVuIGhpZGRlbiBoaWRkZW4gaGlkZGVuIQ==";

const std::vector<WrongUsage>& wrong_usages() {
    static const std::string secret = "--secret=a-secret-of-thirty-two-characters";
    static const std::vector<WrongUsage> all = {
        {"no_command", {}, {}, "subcommand is required"},
        {"unknown_command", {"sell"}, {}, "no command sell"},
        {"unknown_flag", {"serve", "--dev", "--lisen", "x"}, {}, "--lisen"},
        {"unknown_word", {"serve", "--dev", "now"}, {}, "now"},
        {"flag_without_value", {"serve", "--dev", "--listen"}, {}, "--listen"},
        {"empty_folder", {"verify", "--data-dir", ""}, {}, "the folder needs a name"},
        {"empty_folder_for_serve", {"serve", "--dev", "--data-dir="}, {}, "--data-dir"},
        {"version_for_status",
         {"migrate", "status", "--to", "1", "--store", "postgres://127.0.0.1:1/x"},
         {},
         "--to goes with up and down only"},
        {"version_for_fork",
         {"migrate", "fork", "--to", "1", "--store", "postgres://127.0.0.1:1/x"},
         {},
         "--to goes with up and down only"},
        {"event_without_seats", {"seed", "--event", "x"}, {}, "--event goes with --csv"},
        {"name_without_seats", {"seed", "--name", "x"}, {}, "--name goes with --csv"},
        {"clock_of_a_database_for_seed",
         {"seed", "--accept-clock", "--store", "postgres://127.0.0.1:1/x"},
         {},
         "--accept-clock is for a data folder"},
        {"clock_of_a_database",
         {"serve", "--dev", "--accept-clock", "--store", "postgres://127.0.0.1:1/x"},
         {},
         "--accept-clock is for a data folder"},
        {"listen_without_port", {"serve", "--dev", "--listen", "localhost"}, {}, "localhost"},
        {"listen_with_text_for_port", {"serve", "--dev", "--listen", "127.0.0.1:http"}, {}, "http"},
        {"listen_with_port_too_large",
         {"serve", "--dev", "--listen", "127.0.0.1:65536"},
         {},
         "65536"},
        {"listen_with_negative_port", {"serve", "--dev", "--listen", "127.0.0.1:-1"}, {}, "-1"},
        {"listen_on_a_name", {"serve", secret, "--listen", "nowhere:80"}, {}, "nowhere:80"},
        {"listen_on_no_address", {"serve", secret, "--listen", "300.0.0.1:80"}, {}, "300.0.0.1"},
        {"listen_on_nothing", {"serve", "--dev", "--listen", ""}, {}, "--listen"},
        {"base_path_without_slash",
         {"serve", "--dev", "--base-path", "shop"},
         {},
         "shop isn't a path like /shop"},
        {"base_path_with_slash_at_its_end",
         {"serve", "--dev", "--base-path", "/shop/"},
         {},
         "/shop/"},
        {"base_path_of_the_root", {"serve", "--dev", "--base-path", "/"}, {}, "--base-path"},
        {"base_path_with_empty_part", {"serve", "--dev", "--base-path", "/a//b"}, {}, "/a//b"},
        {"base_path_that_leads_up", {"serve", "--dev", "--base-path", "/a/../b"}, {}, "/a/../b"},
        {"base_path_to_be_encoded", {"serve", "--dev", "--base-path", "/a b"}, {}, "/a b"},
        {"base_path_that_is_encoded", {"serve", "--dev", "--base-path", "/a%2Fb"}, {}, "/a%2Fb"},
        {"base_path_with_query", {"serve", "--dev", "--base-path", "/a?b"}, {}, "/a?b"},
        {"base_path_in_environment",
         {"serve", "--dev"},
         {"FRONTROW_BASE_PATH=shop"},
         "FRONTROW_BASE_PATH"},
        {"log_level", {"serve", "--dev", "--log-level", "loud"}, {}, "loud"},
        {"access_log", {"serve", "--dev", "--access-log", "some"}, {}, "--access-log: some"},
        {"log_level_in_environment", {"serve", "--dev"}, {"FRONTROW_LOG_LEVEL=loud"}, "loud"},
        {"log_level_by_its_common_name", {"serve", "--dev"}, {"LOG_LEVEL=loud"}, "loud"},
        {"port_in_environment", {"serve", "--dev"}, {"PORT=http"}, "http"},
        {"nobody_can_prove_who_they_are", {"serve"}, {}, "FRONTROW_JWT_SECRET"},
        {"empty_secret_is_none", {"serve"}, {"FRONTROW_JWT_SECRET="}, "FRONTROW_JWT_SECRET"},
        {"dev_for_everybody", {"serve", "--dev", "--listen", "0.0.0.0:0"}, {}, "loopback"},
        {"dev_for_everybody_by_default", {"serve", "--dev", "--listen", ":0"}, {}, "loopback"},
        {"dev_for_everybody_ipv6", {"serve", "--dev", "--listen", "[::]:0"}, {}, "loopback"},
        {"dev_for_everybody_even_with_secret",
         {"serve", "--dev", secret, "--listen", "0.0.0.0:0"},
         {},
         "loopback"},
        {"cache_of_a_folder", {"serve", "--dev", "--cache-dir", "cache"}, {}, "--cache-dir"},
        {"snapshot_of_a_folder_elsewhere", {"snapshot", "--cache-dir", "cache"}, {}, "--cache-dir"},
        {"snapshot_of_a_database_nowhere",
         {"snapshot", "--store", "postgres://localhost/hidden"},
         {},
         "--cache-dir"},
        {"secret_that_may_be_guessed",
         {"serve"},
         {"FRONTROW_JWT_SECRET=hidden-in-31-characters-of-text"},
         "FRONTROW_JWT_SECRET is shorter than 32"},
        {"secret_that_may_be_guessed_as_a_flag",
         {"serve", "--secret", "hidden"},
         {"ADMIN_API_KEY=a key that is long enough"},
         "FRONTROW_JWT_SECRET is shorter than 32"},
        {"admin_key_that_may_be_guessed",
         {"serve", secret},
         {"ADMIN_API_KEY=hidden-in-15-ch"},
         "ADMIN_API_KEY is shorter than 16"},
        {"user_key_that_may_be_guessed",
         {"serve", secret, "--user-api-key", "hidden"},
         {},
         "USER_API_KEY is shorter than 16"},
        {"one_key_for_both",
         {"serve"},
         {"ADMIN_API_KEY=hidden-and-long-enough", "USER_API_KEY=hidden-and-long-enough"},
         "ADMIN_API_KEY and USER_API_KEY are the same"},
        {"production_with_a_capital",
         {"serve", "--dev"},
         {"APP_ENV=Production"},
         "this is production"},
        {"production_in_capitals", {"serve"}, {"FRONTROW_DEV=1", "APP_ENV=PRODUCTION"}, "production"
        },
        {"production_with_blanks",
         {"serve", "--dev", "--app-env", " \tproduction \r"},
         {},
         "this is production"},
        {"production_without_money",
         {"serve", secret, "--payments", "simulator"},
         {"APP_ENV=production"},
         "--payments simulator gives tickets for no money; this is production"},
        {"two_stores",
         {"verify", "--data-dir", "a", "--store", "postgres://hidden@b/c"},
         {},
         "--data-dir and --store name two stores"},
        {"dev_in_environment_is_no_word", {"serve"}, {"FRONTROW_DEV=maybe"}, "maybe"},
        {"token_without_secret", {"token", "--sub", "alice"}, {}, "set FRONTROW_JWT_SECRET"},
        {"token_with_short_secret",
         {"token", "--sub", "alice", "--secret", "hidden"},
         {},
         "shorter than 32 characters"},
        {"misspelled_flag",
         {"serve", "--prot=hidden", "1"},
         {},
         "frontrow serve: there is no --prot\n"},
        {"no_number", {"serve", "--hold-minutes", "5m"}, {}, "5m isn't a number from 1 to 60"},
        {"token_with_empty_secret", {"token", "--sub", "alice", "--secret", ""}, {}, "--secret"},
        {"keys_in_no_file",
         {"serve"},
         {"FRONTROW_JWKS=/nowhere/keys.json"},
         "FRONTROW_JWKS: can't open /nowhere/keys.json"},
        {"keys_in_a_folder", {"serve", "--jwks", "/"}, {}, "can't read /"},
        {"keys_that_are_none", {"serve", "--jwks", "/dev/null"}, {}, "isn't a JSON object"},
        {"keys_over_plain_http",
         {"serve"},
         {"FRONTROW_JWKS=http://login.hidden.example/keys"},
         "plain http is for this machine alone"},
        {"keys_by_another_scheme",
         {"serve"},
         {"FRONTROW_JWKS=file:///hidden"},
         "isn't a URL like https://login.example"},
        {"keys_with_password",
         {"serve"},
         {"FRONTROW_JWKS=https://me:hidden@login.example/keys"},
         "without a user or password"},
        {"clocks_far_apart", {"serve", "--dev", "--jwt-skew", "301"}, {}, "--jwt-skew"},
        {"any_origin", {"serve", "--dev", "--cors-origin", "*"}, {}, "--cors-origin *"},
        {"origin_with_path",
         {"serve", "--dev"},
         {"FRONTROW_CORS_ORIGINS=http://a,http://b/"},
         "http://b/"},
        {"token_for_nobody", {"token", secret}, {}, "--sub"},
        {"unknown_provider", {"serve", "--dev", "--payments", "cash"}, {}, "--payments"},
        {"stripe_without_secrets",
         {"serve", "--dev", "--payments", "stripe"},
         {},
         "--payments stripe needs FRONTROW_STRIPE_KEY and FRONTROW_STRIPE_WEBHOOK_SECRET"},
        {"stripe_without_webhook",
         {"serve", "--dev"},
         {"FRONTROW_STRIPE_KEY=sk_hidden"},
         "FRONTROW_STRIPE_WEBHOOK_SECRET is missing"},
        {"stripe_with_public_key",
         {"serve", "--dev"},
         {"FRONTROW_STRIPE_KEY=pk_hidden", "FRONTROW_STRIPE_WEBHOOK_SECRET=whsec_hidden"},
         "begins with sk_ or rk_"},
        {"stripe_over_plain_http",
         {"serve", "--dev", "--stripe-api", "http://hidden.example"},
         {"FRONTROW_STRIPE_KEY=sk_hidden", "FRONTROW_STRIPE_WEBHOOK_SECRET=whsec_hidden"},
         "FRONTROW_STRIPE_API must begin with https://"},
        {"webhook_without_url",
         {"serve", "--dev", "--payments", "webhook"},
         {},
         "FRONTROW_PAYMENT_URL"},
        {"webhook_without_secret",
         {"serve", "--dev"},
         {"FRONTROW_PAYMENT_URL=https://hidden.example/"},
         "FRONTROW_PAYMENT_SECRET is missing"},
        {"webhook_with_password",
         {"serve", "--dev"},
         {"FRONTROW_PAYMENT_URL=https://me:hidden@pay.example/", kPaymentSecret},
         "without a user or password"},
        {"webhook_over_plain_http",
         {"serve", "--dev"},
         {"FRONTROW_PAYMENT_URL=http://127.0.0.1.hidden.example/", kPaymentSecret},
         "plain http is for this machine alone"},
        {"webhook_with_short_secret",
         {"serve", "--dev"},
         {"FRONTROW_PAYMENT_URL=https://pay.example/", "FRONTROW_PAYMENT_SECRET=aGlkZGVu"},
         "24 bytes or more in base64"},
        {"verdict_without_secret",
         {"serve", "--dev"},
         {"FRONTROW_VERDICT_URL=https://hidden.example/"},
         "FRONTROW_VERDICT_SECRET is missing"},
        {"verdict_without_url",
         {"serve", "--dev", "--verdict-secret", "aGlkZGVu"},
         {},
         "FRONTROW_VERDICT_URL is missing"},
        {"verdict_over_plain_http",
         {"serve", "--dev", "--verdict-url", "http://hidden.example/"},
         {kVerdictSecret},
         "FRONTROW_VERDICT_URL must begin with https://"},
        {"verdict_with_short_secret",
         {"serve", "--dev", "--verdict-url", "https://bots.example/"},
         {"FRONTROW_VERDICT_SECRET=aGlkZGVu"},
         "FRONTROW_VERDICT_SECRET must be 24 bytes or more in base64"},
        {"verdict_that_fails_somehow",
         {"serve", "--dev", "--verdict-on-failure", "ask"},
         {},
         "--verdict-on-failure"},
        {"metrics_nowhere", {"serve", "--dev", "--metrics-listen", "9090"}, {}, "9090"},
        {"metrics_for_all_with_dev",
         {"serve", "--dev", "--metrics-listen", "0.0.0.0:9090"},
         {},
         "--metrics-listen must be a loopback address"},
        {"reconcile_with_nobody", {"reconcile"}, {}, "name the provider"},
        {"reconcile_with_simulator",
         {"reconcile", "--payments", "simulator"},
         {},
         "the simulator keeps no books"},
        {"token_for_nobody_by_name", {"token", secret, "--sub", ""}, {}, "--sub"},
        {"token_with_unknown_role", {"token", secret, "--sub", "a", "--role", "king"}, {}, "king"},
        {"token_that_has_ended", {"token", secret, "--sub", "a", "--ttl", "0"}, {}, "--ttl"},
    };
    return all;
}

INSTANTIATE_TEST_SUITE_P(
    Settings,
    WrongUsageOfProgram,
    testing::ValuesIn(wrong_usages()),
    [](const auto& info) { return info.param.name; }
);

/// The flags in a help text.
std::vector<std::string> flags_in(const std::string& help) {
    std::vector<std::string> flags;
    std::istringstream lines{help};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("  --")) flags.emplace_back();
        if (!flags.empty() && line.starts_with("  ")) flags.back() += line + "\n";
    }
    return flags;
}

class HelpOfCommand : public testing::TestWithParam<std::string> {};

TEST_P(HelpOfCommand, names_the_environment_variable_of_every_flag) {
    const auto finished = run_program(
        {GetParam(), "--help"}, {"FRONTROW_JWT_SECRET=never-shown", "ADMIN_API_KEY=nor-this"}
    );
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_THAT(finished.err, IsEmpty());
    EXPECT_THAT(finished.out, HasSubstr("Usage: frontrow " + GetParam()));
    EXPECT_THAT(finished.out, Not(HasSubstr("never-shown")));
    EXPECT_THAT(finished.out, Not(HasSubstr("nor-this")));
    EXPECT_THAT(flags_in(finished.out), Not(IsEmpty()));
    for (const auto& flag : flags_in(finished.out))
        EXPECT_THAT(flag, HasSubstr("Env: "));
}

INSTANTIATE_TEST_SUITE_P(
    Settings,
    HelpOfCommand,
    testing::Values(
        "serve",
        "seed",
        "token",
        "ticket",
        "verify",
        "backup",
        "restore",
        "snapshot",
        "facts",
        "reconcile"
    ),
    [](const auto& info) { return info.param; }
);

TEST(Settings, helps_with_the_program_as_a_whole) {
    const auto help = run_program({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const auto* command :
         {"serve",
          "seed",
          "token",
          "keys",
          "ticket",
          "verify",
          "backup",
          "restore",
          "snapshot",
          "facts"})
        EXPECT_THAT(help.out, HasSubstr(command));
    const auto version = run_program({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_THAT(version.out, testing::MatchesRegex("frontrow [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Settings, help_of_serve_names_what_platforms_set) {
    const auto help = run_program({"serve", "--help"}).out;
    EXPECT_THAT(help, HasSubstr("PORT"));
    EXPECT_THAT(help, HasSubstr("LOG_LEVEL"));
}

// A server's address appears in its error if the port is taken, so the result doesn't depend on
// which ports are free.

TEST(Settings, a_taken_port_ends_it_with_1_and_its_name) {
    const TakenPort taken;
    const TempFolder folder;
    // Even with payment providers, which are made before it listens and never used.
    const auto finished = run_program(
        {"serve", "--dev", "--data-dir", folder.path(), "--listen", taken.address()},
        {"FRONTROW_PAYMENT_URL=https://pay.example/",
         kPaymentSecret,
         "FRONTROW_STRIPE_KEY=sk_hidden",
         "FRONTROW_STRIPE_WEBHOOK_SECRET=whsec_hidden"}
    );
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("can't listen on " + taken.address()));
    EXPECT_THAT(finished.err, HasSubstr("--listen"));
    EXPECT_THAT(finished.err, Not(HasSubstr("hidden"))) << "a secret was printed";
}

TEST(Settings, listens_where_the_environment_says) {
    const TakenPort taken;
    const TempFolder folder;
    const auto finished = run_program(
        {"serve", "--dev", "--data-dir", folder.path()}, {"FRONTROW_LISTEN=" + taken.address()}
    );
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("can't listen on " + taken.address()));
}

TEST(Settings, listens_on_the_port_that_a_platform_sets) {
    const TakenPort taken;
    const TempFolder folder;
    const auto finished =
        run_program({"serve", "--dev", "--data-dir", folder.path()}, {"PORT=" + taken.port()});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr(":" + taken.port()));
}

/// A container needs this: the platform's port must be reachable from outside.
TEST(Settings, listens_on_all_addresses_at_a_platforms_port_where_a_flag_says_so) {
    const TakenPort taken;
    const TempFolder folder;
    const auto finished = run_program(
        {"serve", "--data-dir", folder.path(), "--listen", "0.0.0.0:" + taken.port()},
        {"PORT=" + taken.port(), "FRONTROW_JWT_SECRET=" + std::string(32, 's')}
    );
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("can't listen on 0.0.0.0:" + taken.port()));
}

TEST(Settings, its_own_variable_wins_over_a_platforms_and_a_flag_over_both) {
    const TakenPort platforms;
    const TakenPort own;
    const TempFolder folder;
    const std::vector<std::string> environment{
        "PORT=" + platforms.port(), "FRONTROW_LISTEN=" + own.address()
    };
    const auto without_flag =
        run_program({"serve", "--dev", "--data-dir", folder.path()}, environment);
    EXPECT_THAT(without_flag.err, HasSubstr("can't listen on " + own.address()));
    Server server{folder.path(), {"--dev"}, environment};
    EXPECT_EQ(server.stop(), 0);
}

TEST(Settings, takes_everything_from_the_environment_and_a_flag_over_it) {
    const TempFolder folder;
    const TempFolder other;
    const std::vector<std::string> environment{
        "FRONTROW_LISTEN=127.0.0.1:0",
        "FRONTROW_DATA_DIR=" + folder.path().string(),
        "FRONTROW_LOG_LEVEL=debug",
        "FRONTROW_DEV=true",
    };
    Child by_environment{{.arguments = {"serve"}, .environment = environment}};
    const auto line = by_environment.wait_for_line("\"message\":\"serving\"");
    ASSERT_TRUE(line) << by_environment.err();
    EXPECT_THAT(*line, HasSubstr(folder.path().string()));
    by_environment.signal(SIGTERM);
    EXPECT_EQ(by_environment.wait(), 0);

    Child by_flag{{
        .arguments = {"serve", "--data-dir", other.path()},
        .environment = environment,
    }};
    const auto flag_line = by_flag.wait_for_line("\"message\":\"serving\"");
    ASSERT_TRUE(flag_line) << by_flag.err();
    EXPECT_THAT(*flag_line, HasSubstr(other.path().string()));
    by_flag.signal(SIGTERM);
    EXPECT_EQ(by_flag.wait(), 0);
}

TEST(Settings, origins_come_one_by_one_or_with_commas_and_a_flag_wins) {
    const TempFolder folder;
    const auto allowed = [](const Server& server, const std::string& origin) {
        const auto answer =
            server.client().send({.target = "/livez", .headers = {{"Origin", origin}}});
        return answer.has_value() && answer->header("access-control-allow-origin") == origin;
    };
    const std::vector<std::string> environment{"FRONTROW_CORS_ORIGINS=http://a.example,http://b:1"};
    Server by_environment{folder.path(), {"--dev"}, environment};
    EXPECT_TRUE(allowed(by_environment, "http://a.example"));
    EXPECT_TRUE(allowed(by_environment, "http://b:1"));
    EXPECT_FALSE(allowed(by_environment, "http://b"));
    EXPECT_EQ(by_environment.stop(), 0);

    Server by_flag{folder.path(), {"--dev", "--cors-origin", "https://c"}, environment};
    EXPECT_TRUE(allowed(by_flag, "https://c"));
    EXPECT_FALSE(allowed(by_flag, "http://a.example"));
    EXPECT_EQ(by_flag.stop(), 0);
}

/// Before the server fails to listen, it warns that it has made a new store, and logs that it has
/// read the journal.
TEST(Settings, the_log_level_decides_what_is_logged) {
    const TakenPort taken;
    const auto log_with = [&](std::vector<std::string> more, std::vector<std::string> environment) {
        const TempFolder folder;
        auto arguments = serve_arguments(folder.path(), std::move(more));
        arguments[2] = taken.address();
        return run_program(std::move(arguments), std::move(environment)).err;
    };
    const auto warns = HasSubstr("a new, empty store was made");
    const auto informs = HasSubstr("the journal is read");
    EXPECT_THAT(log_with({"--dev"}, {"LOG_LEVEL=debug"}), testing::AllOf(warns, informs));
    EXPECT_THAT(log_with({"--dev"}, {"LOG_LEVEL=warn"}), testing::AllOf(warns, Not(informs)));
    EXPECT_THAT(log_with({"--dev"}, {"LOG_LEVEL=error"}), Not(testing::AnyOf(warns, informs)));
    EXPECT_THAT(
        log_with({"--dev", "--log-level", "info"}, {"LOG_LEVEL=error"}),
        testing::AllOf(warns, informs)
    );
}

}  // namespace
}  // namespace frontrow::test
