#include "app/application.h"
#include "cli/admission_choice.h"
#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/file_limit.h"
#include "cli/payment_choice.h"
#include "cli/stop_signals.h"
#include "cli/store_choice.h"
#include "cli/store_name.h"
#include "config/help.h"
#include "config/options.h"
#include "identity/jwks/key_set_file.h"
#include "io/child_process.h"
#include "io/clock.h"
#include "io/disk_space.h"
#include "io/event_loop.h"
#include "io/random.h"
#include "telemetry/access_log.h"
#include "telemetry/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

namespace frontrow::cli {
namespace {

namespace asio = boost::asio;

constexpr auto kTakesNoMoney =
    "--payments simulator gives tickets for no money; to sell, name stripe or webhook";

/// Makes the process exit within a second of a journal error.
constexpr std::chrono::milliseconds kFailStopTime{600};

/// Passes the URL in the environment, because it holds a password and process lists show arguments.
/// The child also gets the variables that libpq reads and the user's home folder, so that it
/// reaches the database as this process does.
store::cluster::ClusterStore::Cache cache_in(const config::ServeSettings& settings) {
    auto environment = io::variables_from({"PG", "HOME=", "SSL_CERT_"});
    environment.push_back("FRONTROW_STORE=" + settings.store.store);
    return {
        .folder = settings.cache_dir,
        .snapshots =
            {
                .command = {"/proc/self/exe", "snapshot", "--cache-dir", settings.cache_dir},
                .environment = std::move(environment),
                .bytes_min = 16 << 20,
            },
    };
}

http::Address address_of(const std::string& listen, const char* setting) {
    const auto parsed = config::parse_listen(listen).value();
    return {.host = parsed.host, .port = parsed.port, .setting = setting};
}

std::optional<http::HoldVerdicts::Settings> verdict_choice(const config::VerdictSettings& settings
) {
    if (!settings.is_on()) return std::nullopt;
    return http::HoldVerdicts::Settings{
        .url = settings.url,
        .secret = settings.secret,
        .deadline = std::chrono::milliseconds{settings.deadline_ms},
        .allows_without_verdict = settings.on_failure == "allow",
    };
}

app::Application::Settings
application_settings(const config::ServeSettings& settings, AdmissionChoice admission) {
    auto store = store_choice(settings.store);
    if (auto* embedded = std::get_if<store::sqlite::EmbeddedStore::Settings>(&store))
        embedded->snapshots.command = {"/proc/self/exe", "snapshot"};
    if (auto* cluster = std::get_if<app::ClusterSettings>(&store)) {
        if (!settings.redis.empty()) cluster->redis = io::parse_redis_url(settings.redis).value();
        if (!settings.cache_dir.empty()) cluster->cache = cache_in(settings);
    }
    return {
        .listen = address_of(settings.listen, "--listen"),
        .metrics_listen =
            settings.metrics_listen.empty()
                ? std::nullopt
                : std::optional{address_of(settings.metrics_listen, "--metrics-listen")},
        .store = std::move(store),
        .auth =
            {.jwt_secret = settings.jwt_secret,
             .admin_api_key = settings.admin_api_key,
             .user_api_key = settings.user_api_key,
             .dev = settings.dev,
             .key_set = {.location = settings.tokens.jwks},
             .token_rules =
                 {.issuer = settings.tokens.issuer,
                  .audience = settings.tokens.audience,
                  .skew = std::chrono::seconds{settings.tokens.skew_seconds}}},
        .limits = {},
        .hold = std::chrono::minutes{settings.hold_minutes},
        .cors_origins = settings.cors_origins,
        .base_path = http::BasePath{settings.base_path},
        .access_log = telemetry::parse_access_log_mode(settings.access_log)
                          .value_or(telemetry::AccessLogMode::errors),
        .payments = payment_choice(settings.payments, settings.dev),
        .verdicts = verdict_choice(settings.verdicts),
        .dialects = settings.dialects,
        .keys_file = settings.keys_file,
        .rate_limits = admission.rate_limits,
        .proxies = std::move(admission.proxies),
    };
}

/// Runs the application until a signal or a failure ends it.
class Serving {
public:
    Serving(const config::ServeSettings& settings, AdmissionChoice admission)
        : settings_{settings},
          admission_{std::move(admission)},
          log_{telemetry::parse_log_level(settings.log_level).value_or(telemetry::LogLevel::info)} {
        for (const int signal : stop_signals())
            signals_.add(signal);
    }

    int run() {
        app::Application::World world{clock_, random_, disk_, log_, [this] {
                                          stop(kFailStopTime, kFailed);
                                      }};
        auto opened = app::Application::open(
            context_.get_executor(), application_settings(settings_, admission_), std::move(world)
        );
        if (!opened) {
            return failed("serve", opened.error().what);
        }
        application_ = std::move(*opened);
        application_->start();
        wait_for_signal();
        if (leaves_folder_alone(settings_.store)) log_.warn(kFolderLeftAlone);
        // Without --dev, weak secrets have been refused already.
        for (const auto& weak : config::find_weak_secrets(settings_))
            log_.warn(weak);
        if (!settings_.tokens.jwks.empty() && settings_.tokens.audience.empty()) {
            log_.warn(
                "no audience is set: tokens that the issuer made for other services are accepted, "
                "too, if they have a role; set FRONTROW_JWT_AUDIENCE"
            );
        }
        const auto payments = payment_choice(settings_.payments, settings_.dev).chosen;
        if (payments == payments::Simulator::kName && !settings_.dev) log_.warn(kTakesNoMoney);
        log_.info(
            "serving",
            {{"address", address_with(settings_.listen, application_->port())},
             {"metrics", metrics_address()},
             {"store", store_name(settings_.store)},
             {"payments", payments.empty() ? "none" : payments},
             {"limits", admission_.rate_limits ? "on" : "off"}}
        );
        run_loop();
        log_.info("stopped");
        return exit_code_;
    }

private:
    void run_loop() {
        // A cluster node must not poll: it waits for PostgreSQL and Redis, which may need this
        // core.
        if (settings_.store.is_cluster()) {
            context_.run();
        } else {
            io::run_event_loop(context_);
        }
    }

    static std::string address_with(const std::string& listen, std::uint16_t port) {
        const auto host = config::parse_listen(listen)->host;
        const bool is_ipv6 = host.contains(':');
        return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    }
    std::string metrics_address() const {
        const auto& listen =
            settings_.metrics_listen.empty() ? settings_.listen : settings_.metrics_listen;
        const auto own = application_->metrics_port();
        return address_with(listen, own == 0 ? application_->port() : own);
    }

    /// The first signal begins the stop. A second SIGTERM or SIGINT ends the process at once: what
    /// was acknowledged is already on the disk. SIGHUP never counts as one of these two.
    void wait_for_signal() {
        signals_.async_wait([this](const boost::system::error_code& error, int signal) {
            // Once the stop is complete, waiting for another signal would keep the loop running.
            if (error || !application_) return;
            if (signal != SIGHUP && std::exchange(asked_to_stop_, true)) std::_Exit(kFailed);
            if (!stopping_)
                log_.info("stopping: running requests are answered, no new connections are taken");
            stop(http::Limits{}.drain_time, kDone);
            wait_for_signal();
        });
    }

    void stop(std::chrono::milliseconds time, int exit_code) {
        if (exit_code != kDone) exit_code_ = exit_code;
        if (std::exchange(stopping_, true)) {
            if (exit_code != kDone) end_after(time);
            return;
        }
        asio::co_spawn(context_, application_->stop(time), [this](const std::exception_ptr&) {
            signals_.cancel();
            overdue_.cancel();
            application_.reset();
        });
    }

    /// Limits the time of a stop that is under way when the journal fails. After that time, a
    /// running request either has its answer or will never get a good one.
    void end_after(std::chrono::milliseconds time) {
        overdue_.expires_after(time);
        overdue_.async_wait([](const boost::system::error_code& error) {
            if (!error) std::_Exit(kFailed);
        });
    }

    const config::ServeSettings& settings_;
    AdmissionChoice admission_;
    telemetry::Log log_;
    io::SystemClock clock_;
    io::SystemRandom random_;
    io::SystemDiskSpace disk_;
    asio::io_context context_{1};
    asio::signal_set signals_{context_};
    asio::steady_timer overdue_{context_};
    std::unique_ptr<app::Application> application_;
    bool stopping_ = false;
    /// SIGTERM or SIGINT has come.
    bool asked_to_stop_ = false;
    int exit_code_ = kDone;
};

/// Accepts an empty URL, which means no Redis.
std::string check_redis(const std::string& url) {
    if (url.empty()) return {};
    const auto address = io::parse_redis_url(url);
    return address ? std::string{} : address.error();
}

/// The keys for tokens must be there, if they are in a file. A URL may answer later.
std::optional<config::UsageError> check_jwks(const config::TokenCheckSettings& settings) {
    if (settings.jwks.empty() || settings.is_jwks_url()) return std::nullopt;
    const auto checked = identity::jwks::check_key_set_file(settings.jwks);
    if (checked) return std::nullopt;
    return config::UsageError{"FRONTROW_JWKS: " + checked.error().what};
}

int serve(const config::ServeSettings& settings) {
    auto error = config::check(settings);
    if (!error) error = check_jwks(settings.tokens);
    if (error) return misused("serve", error->message);
    auto admission = admission_choice(settings);
    if (!admission) return misused("serve", admission.error());
    raise_file_limit();
    return Serving{settings, *std::move(admission)}.run();
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code, const std::string& store_origin) {
    auto settings = std::make_shared<config::ServeSettings>();
    auto* command =
        app.add_subcommand("serve", "Sell tickets over HTTP, from a data folder or a PostgreSQL");
    command->footer(
        std::string{"Tokens are JWTs with sub, role and exp; `frontrow token` makes one, signed "
                    "with the secret.\n"} +
        "SIGTERM, SIGHUP and Ctrl-C stop it: running requests are answered first.\n" +
        config::help_on_accepted_names()
    );
    config::add_options(*command, *settings);
    command->get_option("--redis")->check(CLI::Validator{check_redis, ""});
    command->callback([settings, &exit_code, &store_origin] {
        settings->store.origin = store_origin;
        exit_code = serve(*settings);
    });
}

}  // namespace frontrow::cli
