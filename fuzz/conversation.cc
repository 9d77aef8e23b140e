#include "conversation.h"

#include "base/check.h"
#include "domain/audit.h"
#include "http/answer_memory.h"
#include "http/dispatcher.h"
#include "http/guest_sessions.h"
#include "http/handlers/dialects/dialects.h"
#include "http/hold_verdicts.h"
#include "http/recent_refusals.h"
#include "http/session.h"
#include "http/shared_bodies.h"
#include "http/ticket_codes.h"
#include "io/poller.h"
#include "io/turn_queue.h"
#include "io/workers.h"
#include "payments/desk.h"
#include "payments/notices.h"
#include "payments/providers.h"
#include "payments/runner.h"
#include "round_trip.h"
#include "store/engine/engine.h"
#include "support/manual_clock.h"
#include "support/memory_journal.h"
#include "support/memory_side_records.h"
#include "support/run_coroutine.h"
#include "support/seeded_random.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <exception>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>

namespace frontrow::fuzz {
namespace {

/// Small, so that short inputs can exceed them.
constexpr http::Limits kLimits{
    .header_bytes = 2 << 10,
    .body_bytes = 4 << 10,
    .long_body_bytes = 8 << 10,
    .scans_body_bytes = 8 << 10,
    .bulk_body_bytes = 16 << 10
};
const identity::AuthSettings kAuth{
    .jwt_secret = "the secret that the corpus' tokens are signed with",
    .admin_api_key = "frk_admin",
    .user_api_key = "frk_user",
    .dev = true,
};

/// The same key as in make_corpus.py.
const tickets::PrivateKey kTicketKey = [] {
    tickets::PrivateKey key;
    key.fill(7);
    return key;
}();

constexpr store::engine::Engine::Settings kEngine{.waiting_max = 1'000, .batch_bytes_max = 1 << 30};

/// The parts that no request can change.
struct Building {
    boost::asio::io_context context{1};
    http::Limits limits = kLimits;
    http::Cors cors{{"https://tickets.example"}};
    http::House house;
    telemetry::Log log{telemetry::LogLevel::error};
    telemetry::AccessLog access_log{log, telemetry::AccessLogMode::errors};
    telemetry::Metrics metrics;
    io::Workers workers{context.get_executor(), 1};
    io::TurnQueue turns{context.get_executor(), limits.waiting_time};
    http::BufferPool buffers;
    std::uint64_t requests = 0;
    http::Router router{http::routes(true), metrics};
};

Building& building() {
    static Building one;
    return one;
}

/// The parts that requests can change; new for each conversation. Every fact must be readable from
/// a journal, and the audit must accept them all.
struct Sale {
    explicit Sale(Building& in)
        : context{in.context},
          store{
              kEngine,
              {.owner = in.context.get_executor(),
               .clock = clock,
               .on_failure = [](const io::Fault&) { CHECK(false); }},
              std::make_unique<domain::Inventory>(),
              io::CarriedTime{clock.read(), clock.now()}
          },
          authenticator{kAuth, [this](const auto& digest) { return store.find_api_key(digest); }},
          bodies{answers, in.turns, in.workers, in.limits.kept_answer_bytes},
          desk{in.context.get_executor(), store},
          notices{{store, providers, desk, in.log}},
          runner{{in.context.get_executor(), store, leases, providers, desk, random, in.log}},
          ticket_codes{{store, records, in.workers, in.log}},
          sessions{authenticator, in.workers},
          verdicts{{in.context.get_executor(), random, [this] { return store.now(); }, {}}, {}},
          services{
              store,
              ids,
              random,
              authenticator,
              in.metrics,
              in.workers,
              answers,
              bodies,
              sha,
              in.house,
              in.log,
              hold,
              {records, providers, desk, runner, notices},
              ticket_codes,
              sessions,
              {proxies, clock, &limiter, nullptr},
              refusals,
              verdicts
          },
          dispatcher{in.router, services, in.limits, in.cors, in.access_log} {
        auto journal =
            std::make_unique<test::MemoryJournal>(store.done(), [this](const auto& fact) {
                check_round_trip(fact);
                audit.observe(fact);
                CHECK(audit.violations().empty());
            });
        CHECK(store.start(std::move(journal), {}).has_value());
        ticket_codes.sign_with(kTicketKey);
        const tickets::KeyRing ring{{{.public_key = tickets::SigningKey{kTicketKey}.public_key()}}};
        ticket_codes.accept(ring);
        sessions.sign_with(kTicketKey);
        sessions.accept(ring);
        open();
    }

    void open() {
        const domain::Organizer organizer{.sub = "organizer", .is_admin = false};
        const EventId event{Bits128{0x7000, 1}};
        domain::EventSpec spec;
        spec.name = "Winter Concert";
        spec.start_at = clock.now() + std::chrono::days{30};
        spec.end_at = spec.start_at + std::chrono::hours{2};
        spec.total_seats = 3;
        auto block = std::make_shared<domain::SeatBlock>();
        block->first_id = SeatId{Bits128{0x7000, 0x10}};
        for (const auto* number : {"S-1", "S-2", "S-3"})
            block->seats.push_back({.number = number, .section = {}, .row = {}, .price = 1'000});
        const auto first = block->first_id;
        act(domain::CreateEvent{event, organizer, spec});
        act(domain::AddSeats{event, organizer, block});
        act(domain::AddCategory{event, organizer, {.name = "VIP", .price = 5'000, .total_stock = 3}}
        );
        act(domain::ReserveSeats{
            .reservation = ReservationId{Bits128{0x7000, 2}},
            .event = event,
            .user = "alice",
            .seats = {first},
            .hold = {},
            .request = {},
        });
        act(domain::PlaceOrder{
            .order = OrderId{Bits128{0x7000, 4}},
            .reservation = ReservationId{Bits128{0x7000, 2}},
            .user = "alice",
            .request = {.key = {0, 1}, .content = {}},
        });
        act(domain::CreateApiKey{
            .key = ApiKeyId{Bits128{0x7000, 3}},
            .name = "a gate",
            .role = domain::Role::scanner,
            .prefix = "frk_",
            .digest = {},
            .by = "organizer",
        });
    }
    void act(domain::Command command) {
        CHECK(test::run(context, store.execute(std::move(command), TraceId{})).value().has_value());
    }

    test::ManualClock clock;
    test::SeededRandom random{1};
    io::IdSource ids{clock, random};
    io::Sha256 sha;
    std::chrono::seconds hold{900};
    boost::asio::io_context& context;
    domain::Audit audit;
    store::engine::Engine store;
    identity::Authenticator authenticator;
    http::AnswerMemory answers{kLimits.answer_bytes};
    http::SharedBodies bodies;
    test::MemorySideRecords records;
    test::NoTaskLeases leases;
    payments::Providers providers{{}, ""};
    payments::Desk desk;
    payments::Notices notices;
    payments::Runner runner;
    http::TicketCodes ticket_codes;
    http::GuestSessions sessions;
    const std::vector<std::string> loopback{"127.0.0.1"};
    const admission::TrustedProxies proxies =
        admission::TrustedProxies::parse(loopback, admission::ProxyHeader::x_forwarded_for).value();
    admission::RateLimiter limiter{admission::RateLimits{}, 1'024};
    http::RecentRefusals refusals;
    http::HoldVerdicts verdicts;
    http::Services services;
    http::Dispatcher dispatcher;
};

/// The client's end of a connection.
class Client {
public:
    Client(int socket, std::string_view bytes, std::size_t piece)
        : socket_{socket}, bytes_{bytes}, piece_{piece} {}
    ~Client() { ::close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Sends a piece and receives what has arrived. False if neither did anything.
    bool step() {
        const bool sends = send();
        return receive() || sends;
    }
    std::string& answers() { return answers_; }

private:
    bool send() {
        if (has_ended_) return false;
        if (bytes_.empty()) {
            ::shutdown(socket_, SHUT_WR);
            return has_ended_ = true;
        }
        const auto length = std::min(piece_, bytes_.size());
        const auto sent = ::send(socket_, bytes_.data(), length, MSG_NOSIGNAL);
        // The server has closed, or hasn't read yet.
        if (sent <= 0) return false;
        bytes_.remove_prefix(static_cast<std::size_t>(sent));
        return true;
    }

    bool receive() {
        std::array<char, 65536> buffer;
        const auto received = ::recv(socket_, buffer.data(), buffer.size(), 0);
        if (received <= 0) return false;
        answers_.append(buffer.data(), static_cast<std::size_t>(received));
        return true;
    }

    int socket_;
    std::string_view bytes_;
    std::size_t piece_;
    bool has_ended_ = false;
    std::string answers_;
};

}  // namespace

std::string converse(std::string_view bytes, std::size_t piece) {
    auto& in = building();
    Sale sale{in};
    std::array<int, 2> ends{};
    CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    Client client{ends[0], bytes, piece};
    io::Poller poller{in.context.get_executor()};
    http::Session session{
        {poller, sale.dispatcher, in.turns, in.buffers, in.requests},
        ends[1],
        admission::parse_client_address("127.0.0.1").value()
    };
    bool is_over = false;
    boost::asio::co_spawn(in.context, session.run(), [&](const std::exception_ptr& error) {
        CHECK(!error);
        is_over = true;
    });
    while (!is_over) {
        in.context.restart();
        const bool moves = in.context.poll() > 0;
        if (client.step() || moves || is_over) continue;
        // A worker thread is busy.
        in.context.run_one_for(std::chrono::milliseconds{1});
    }
    while (client.step()) {
    }
    sale.store.inventory().verify();
    return std::move(client.answers());
}

}  // namespace frontrow::fuzz
