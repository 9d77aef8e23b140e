#include "app/application.h"

#include "admission/rate_limiter.h"
#include "admission/shared_rates.h"
#include "app/open_payments.h"
#include "app/open_ticket_keys.h"
#include "app/outage_log.h"
#include "app/shared_secret.h"
#include "app/shared_ticket_keys.h"
#include "app/side_store.h"
#include "http/answer_memory.h"
#include "http/handlers/dialects/dialects.h"
#include "http/handlers/routes.h"
#include "http/recent_refusals.h"
#include "http/shared_bodies.h"
#include "http/ticket_codes.h"
#include "identity/jwks/key_set_keeper.h"
#include "io/id_source.h"
#include "io/sha256.h"
#include "io/turn_queue.h"
#include "io/workers.h"
#include "payments/contact_sweep.h"
#include "payments/desk.h"
#include "payments/notices.h"
#include "payments/runner.h"
#include "telemetry/metrics.h"

#include <string>
#include <utility>

namespace frontrow::app {
namespace {

/// One thread is enough: background work is rare and long, and requests need the other cores.
constexpr std::size_t kWorkerThreads = 1;

}  // namespace

/// Constructed in start order, destroyed in reverse.
struct Application::Parts {
    Parts(
        const io::Executor& executor,
        Settings settings,
        World& world,
        std::unique_ptr<store::Store> opened,
        SideStore opened_side,
        TicketKeys opened_keys
    )
        : limits{settings.limits},
          cors{std::move(settings.cors_origins)},
          ids{world.clock, world.random},
          workers{executor, kWorkerThreads},
          turns{executor, limits.waiting_time},
          answers{limits.answer_bytes},
          bodies{answers, turns, workers, limits.kept_answer_bytes},
          store{std::move(opened)},
          side{std::move(opened_side)},
          providers{open_payments(
              {executor, world.random, [this] { return store->now(); }},
              std::move(settings.payments)
          )},
          desk{executor, *store},
          notices{{*store, providers, desk, world.log}},
          runner{{executor, *store, *side.leases, providers, desk, world.random, world.log}},
          contact_sweep{{executor, *store, *side.records, *side.leases, world.log}},
          ticket_codes{{*store, *side.records, workers, world.log}},
          is_cluster{std::holds_alternative<ClusterSettings>(settings.store)},
          shared_secret{
              {executor, *store, world.log, world.on_failure},
              *side.records,
              settings.auth.jwt_secret
          },
          authenticator{
              std::move(settings.auth),
              [this](const auto& digest) { return store->find_api_key(digest); }
          },
          sessions{authenticator, workers},
          ticket_keys{
              {executor, *store, world.log, world.on_failure},
              *side.records,
              ticket_codes,
              sessions,
              std::move(opened_keys)
          },
          key_set_keeper{{executor, authenticator, [this] { return store->now(); }, world.log}},
          proxies{std::move(settings.proxies)},
          limiter{settings.rate_limits
                      .transform([](const auto& limits) {
                          return std::make_unique<admission::RateLimiter>(limits);
                      })
                      .value_or(nullptr)},
          shared_rates{share_rates(executor, settings.store, world)},
          verdict_outages{
              world.log,
              world.clock,
              {"the service that says who may hold seats gives no verdicts",
               "the service that says who may hold seats still gives no verdicts",
               "the service that says who may hold seats is back"}
          },
          verdicts{
              {executor,
               world.random,
               [this] { return store->now(); },
               [this](const auto& contact) { verdict_outages.note(contact); }},
              std::move(settings.verdicts)
          },
          router{
              http::routes(settings.dialects, !settings.metrics_listen),
              metrics,
              settings.base_path
          },
          operator_router{http::operator_routes(), metrics, settings.base_path},
          services{
              *store,
              ids,
              world.random,
              authenticator,
              metrics,
              workers,
              answers,
              bodies,
              sha,
              house,
              world.log,
              settings.hold,
              {*side.records, providers, desk, runner, notices},
              ticket_codes,
              sessions,
              {proxies, world.clock, limiter.get(), shared_rates.get()},
              refusals,
              verdicts,
              std::move(settings.base_path)
          },
          access_log{world.log, settings.access_log},
          dispatcher{router, services, limits, cors, access_log},
          operator_dispatcher{operator_router, services, limits, cors, access_log},
          server{executor, services, turns, house, world.log} {}

    /// Binds the ports. Faults: in_use, unavailable.
    Result<void, io::Fault>
    listen(const http::Address& address, const std::optional<http::Address>& of_metrics) {
        const auto bound = server.listen(address, dispatcher);
        if (!bound) return std::unexpected(bound.error());
        port = *bound;
        if (!of_metrics) return {};
        const auto bound_too = server.listen(*of_metrics, operator_dispatcher);
        if (!bound_too) return std::unexpected(bound_too.error());
        metrics_port = *bound_too;
        return {};
    }

    /// Nodes with the same Redis count together.
    std::unique_ptr<admission::SharedRates>
    share_rates(const io::Executor& executor, const StoreChoice& choice, World& world) {
        const auto* const cluster = std::get_if<ClusterSettings>(&choice);
        if (limiter == nullptr || cluster == nullptr || !cluster->redis) return nullptr;
        return std::make_unique<admission::SharedRates>(
            io::RedisSettings{.address = *cluster->redis},
            admission::SharedRates::Ports{executor, world.random, *limiter, world.clock}
        );
    }

    http::Limits limits;
    http::Cors cors;
    http::House house;
    io::Sha256 sha;
    io::IdSource ids;
    telemetry::Metrics metrics;
    io::Workers workers;
    io::TurnQueue turns;
    http::AnswerMemory answers;
    http::SharedBodies bodies;
    std::unique_ptr<store::Store> store;
    SideStore side;
    payments::Providers providers;
    payments::Desk desk;
    payments::Notices notices;
    payments::Runner runner;
    payments::ContactSweep contact_sweep;
    http::TicketCodes ticket_codes;
    bool is_cluster;
    SharedSecret shared_secret;
    identity::Authenticator authenticator;
    http::GuestSessions sessions;
    SharedTicketKeys ticket_keys;
    identity::jwks::KeySetKeeper key_set_keeper;
    admission::TrustedProxies proxies;
    /// Null without limits.
    std::unique_ptr<admission::RateLimiter> limiter;
    /// Null if this node counts alone.
    std::unique_ptr<admission::SharedRates> shared_rates;
    OutageLog verdict_outages;
    http::HoldVerdicts verdicts;
    http::RecentRefusals refusals;
    http::Router router;
    http::Router operator_router;
    http::Services services;
    telemetry::AccessLog access_log;
    http::Dispatcher dispatcher;
    http::Dispatcher operator_dispatcher;
    http::Server server;
    std::uint16_t port = 0;
    std::uint16_t metrics_port = 0;
};

Application::Application(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {
}
Application::~Application() = default;

Result<std::unique_ptr<Application>, io::Fault>
Application::open(const io::Executor& executor, Settings settings, World world) {
    const auto choice = settings.store;
    auto keys = read_ticket_keys(choice, settings.keys_file, world.log);
    if (!keys) return std::unexpected(keys.error());
    auto opened = open_store(executor, choice, world);
    if (!opened) return std::unexpected(opened.error());
    keys = settle_ticket_keys(choice, *std::move(keys), world);
    if (!keys) return std::unexpected(keys.error());
    auto side = open_side_store(executor, choice, world);
    if (!side) return std::unexpected(side.error());
    const auto listen = settings.listen;
    const auto metrics_listen = settings.metrics_listen;
    auto parts = std::make_unique<Parts>(
        executor, std::move(settings), world, std::move(*opened), std::move(*side), std::move(*keys)
    );
    if (auto bound = parts->listen(listen, metrics_listen); !bound)
        return std::unexpected(std::move(bound.error()));
    return std::unique_ptr<Application>{new Application{std::move(parts)}};
}

void Application::start() {
    parts_->runner.start();
    parts_->contact_sweep.start();
    if (parts_->is_cluster) parts_->shared_secret.start();
    parts_->ticket_keys.start();
    parts_->key_set_keeper.start();
    if (parts_->shared_rates) parts_->shared_rates->start();
    parts_->server.start();
}

std::uint16_t Application::port() const {
    return parts_->port;
}

std::uint16_t Application::metrics_port() const {
    return parts_->metrics_port;
}

io::Awaitable<void> Application::stop(std::chrono::milliseconds time) {
    co_await parts_->server.drain(time);
    // The runner needn't wait for providers that answer slowly.
    co_await parts_->providers.close();
    co_await parts_->verdicts.close();
    co_await parts_->contact_sweep.close();
    co_await parts_->runner.close();
    co_await parts_->key_set_keeper.close();
    co_await parts_->ticket_keys.close();
    if (parts_->shared_rates) co_await parts_->shared_rates->close();
    co_await parts_->shared_secret.close();
    co_await parts_->side.close();
    co_await parts_->store->close();
}

}  // namespace frontrow::app
