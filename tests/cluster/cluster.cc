#include "cluster/cluster.h"

#include "support/free_port.h"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace frontrow::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPortTries = 5;
constexpr std::chrono::milliseconds kLook{5};

/// For requests that only look at a node's state.
constexpr std::chrono::seconds kShortPatience{5};

PostgresServer::Options with_standby(PostgresServer::Options options, Cluster::Standby standby) {
    if (standby == Cluster::Standby::synchronous) {
        options.settings.push_back(
            std::string{"synchronous_standby_names="} + PostgresServer::kStandby
        );
    }
    return options;
}

}  // namespace

Cluster::Cluster(const Options& options)
    : postgres_{with_standby(options.postgres, options.standby)},
      url_names_standby_{options.url_names_standby},
      proxied_{options.standby == Standby::none ? options.proxied : options.nodes},
      has_caches_{options.has_caches},
      environment_{options.environment} {
    if (options.standby != Standby::none) start_standby();
    if (options.is_pooled) pooler_.emplace(postgres_);
    if (proxied_ > 0) proxy_.emplace(postgres_.port());
    if (options.has_gate) redis_.emplace();
    nodes_.resize(options.nodes);
    if (!options.is_started) return;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        start_node(i);
    wait_until_ready();
}

void Cluster::start_standby() {
    standby_proxy_.emplace(postgres_.port());
    standby_.emplace(PostgresServer::Options{.primary = postgres_.url(standby_proxy_->port())});
}

std::string Cluster::store_url(std::size_t node) const {
    if (pooler_) return postgres_.url(pooler_->port());
    if (url_names_standby_) return postgres_.url_of_two(*standby_);
    return node < proxied_ ? postgres_.url(proxy_->port()) : postgres_.url();
}

std::vector<std::uint16_t> Cluster::ports() const {
    std::vector<std::uint16_t> ports;
    for (const auto& node : nodes_)
        ports.push_back(node.port);
    return ports;
}

void Cluster::start_node(std::size_t index, const std::string& program) {
    auto& node = nodes_[index];
    for (int tries = 1; !node.server; ++tries) {
        const auto port = node.port != 0 ? node.port : free_port();
        std::vector<std::string> arguments{
            "serve",
            "--dev",
            "--listen",
            "127.0.0.1:" + std::to_string(port),
            "--store",
            store_url(index)
        };
        if (has_caches_) arguments.insert(arguments.end(), {"--cache-dir", cache(index).string()});
        if (redis_) arguments.insert(arguments.end(), {"--redis", redis_->url()});
        try {
            node.server = std::make_unique<Server>(Child::Options{
                .arguments = arguments, .environment = environment_, .program = program
            });
            node.port = port;
        } catch (const std::exception&) {
            // Another process took the port first.
            if (tries == kPortTries) throw;
        }
    }
}

int Cluster::stop_node(std::size_t index) {
    const auto exit_code = nodes_[index].server->stop();
    kill_node(index);
    return exit_code;
}

void Cluster::fail_over(Ending ending) {
    if (ending == Ending::heard) {
        postgres_.stop_immediately();
    } else {
        postgres_.freeze();
    }
    proxy_->cut_all();
    standby_->promote();
    has_failed_over_ = true;
    proxy_->lead_to(standby_->port());
}

void Cluster::wait_until_ready() const {
    const auto deadline = Clock::now() + kPatience;
    for (const auto& node : nodes_) {
        while (node.server && status_of(node.port, "/readyz") != 200) {
            if (Clock::now() > deadline) throw std::runtime_error("a node is never ready");
            std::this_thread::sleep_for(kLook);
        }
    }
}

Finished Cluster::run(const std::string& command, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), command);
    const auto& database = has_failed_over_ ? *standby_ : postgres_;
    arguments.insert(arguments.end(), {"--store", database.url()});
    return run_program(std::move(arguments));
}

std::string name_of_gate(const testing::TestParamInfo<bool>& with) {
    return with.param ? "with_gate" : "without_gate";
}

Request reservation_of(
    const std::string& event,
    const std::vector<std::string>& seats,
    const std::string& user,
    const std::string& key
) {
    const boost::json::object body{
        {"event_id", event}, {"seat_ids", boost::json::value_from(seats)}
    };
    return {
        .method = "POST",
        .target = "/api/v1/reservations",
        .headers = {{"X-User-ID", user}, {"Idempotency-Key", key}},
        .body = boost::json::serialize(body),
    };
}

std::vector<Answer> at_once(const std::vector<Errand>& errands) {
    std::vector<Client> clients;
    clients.reserve(errands.size());
    for (const auto& errand : errands)
        clients.emplace_back(errand.port);
    for (std::size_t i = 0; i < errands.size(); ++i)
        clients[i].write(Client::text_of(errands[i].request));
    std::vector<Answer> answers;
    answers.reserve(errands.size());
    for (auto& client : clients)
        answers.push_back(client.read().value_or(Answer{}));
    return answers;
}

std::size_t count_status(const std::vector<Answer>& answers, unsigned status) {
    return static_cast<std::size_t>(std::ranges::count(answers, status, &Answer::status));
}

std::chrono::milliseconds
time_until_sold(std::uint16_t port, const Hall& hall, std::size_t& next, const std::string& user) {
    const auto begin = Clock::now();
    for (;;) {
        Client client{port, kShortPatience};
        const auto seat = next++;
        const auto key = hall.event + "-" + std::to_string(seat);
        const auto answer =
            client.send(reservation_of(hall.event, {hall.seats.at(seat)}, user, key));
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
        if (answer && answer->status == 201) return took;
        if (took > kPatience) throw std::runtime_error("nothing is sold any more");
        std::this_thread::sleep_for(kLook);
    }
}

unsigned status_of(std::uint16_t port, const std::string& target) {
    Client client{port, kShortPatience};
    const auto answer = client.get(target);
    return answer ? answer->status : 0;
}

std::optional<std::uint64_t> count_free(Client& client, const Hall& hall) {
    const auto answer = client.get("/api/v1/events/" + hall.event + "/seats/available/count");
    if (!answer || answer->status != 200) return std::nullopt;
    return answer->json().at("count").to_number<std::uint64_t>();
}

}  // namespace frontrow::test
