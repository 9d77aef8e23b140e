#include "http/server.h"

#include "http/answer_memory.h"
#include "http/session.h"
#include "http/ticks.h"
#include "io/awaitable.h"
#include "io/tcp.h"
#include "io/timer.h"

#include <boost/asio/as_tuple.hpp>

#include <utility>
#include <vector>

namespace frontrow::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(io::use_awaitable);
/// The listen backlog: when a sale opens, many clients connect before the first is accepted.
constexpr int kBacklog = 4'096;
/// How long to pause accepting after an error, for example if no more files can be opened.
constexpr std::chrono::milliseconds kAcceptPause{100};

std::unexpected<io::Fault> cannot_listen(const Address& address, const error_code& error) {
    const bool is_taken = error == asio::error::address_in_use;
    return std::unexpected(io::Fault{
        is_taken ? io::FaultKind::in_use : io::FaultKind::unavailable,
        "can't listen on " + address.host + ":" + std::to_string(address.port) + ": " +
            error.message() +
            (is_taken ? "; choose another port with " + std::string{address.setting} : ""),
    });
}

}  // namespace

class Server::Acceptor {
public:
    Acceptor(const io::Executor& executor, Dispatcher& of)
        : dispatcher{of}, tcp{executor}, pause{executor} {}

    Dispatcher& dispatcher;
    io::TcpAcceptor tcp;
    io::Timer pause;
};

Server::Server(
    io::Executor executor,
    const Services& services,
    io::TurnQueue& turns,
    House& house,
    const telemetry::Log& log
)
    : executor_{std::move(executor)},
      services_{services},
      turns_{turns},
      house_{house},
      log_{log},
      poller_{executor_},
      tasks_{
          executor_,
          [this](const std::exception_ptr&) { log_.error("a connection ended in an exception"); }
      },
      ticker_{executor_, kTick, [this] { tick(); }} {
    show_date();
}

Server::~Server() = default;

Result<std::uint16_t, io::Fault> Server::listen(const Address& address, Dispatcher& dispatcher) {
    error_code error;
    const auto ip = asio::ip::make_address(address.host, error);
    if (error) return cannot_listen(address, error);
    acceptors_.push_back(std::make_unique<Acceptor>(executor_, dispatcher));
    auto& acceptor = acceptors_.back()->tcp;
    const tcp::endpoint endpoint{ip, address.port};
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address{true}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(kBacklog, error);
    if (error) return cannot_listen(address, error);
    return acceptor.local_endpoint(error).port();
}

void Server::start() {
    for (const auto& acceptor : acceptors_)
        tasks_.spawn(accept(*acceptor));
}

io::Awaitable<void> Server::accept(Acceptor& acceptor) {
    while (acceptor.tcp.is_open()) {
        tcp::endpoint peer;
        auto [error, socket] = co_await acceptor.tcp.async_accept(peer, kAsTuple);
        if (!acceptor.tcp.is_open()) break;
        if (error) {
            log_.warn("can't accept a connection", {{"error", error.message()}});
            acceptor.pause.expires_after(kAcceptPause);
            co_await acceptor.pause.async_wait(kAsTuple);
            continue;
        }
        error_code ignored;
        socket.set_option(tcp::no_delay{true}, ignored);
        socket.non_blocking(true, ignored);
        const auto descriptor = socket.release(error);
        if (error) continue;
        const Session::Ports ports{poller_, acceptor.dispatcher, turns_, buffers_, requests_};
        tasks_.spawn(serve(std::make_unique<Session>(
            ports, descriptor, admission::client_address_of(peer.address())
        )));
    }
}

io::Awaitable<void> Server::serve(std::unique_ptr<Session> session) {
    const Member member{*this, *session};
    co_await session->run();
}

Server::Member::Member(Server& server, Session& session) : server_{server}, session_{session} {
    server_.sessions_.insert(&session_);
    server_.house_.connections = server_.sessions_.size();
}

Server::Member::~Member() {
    server_.sessions_.erase(&session_);
    server_.house_.connections = server_.sessions_.size();
}

/// Shows the store's time, by which facts are dated too. In a cluster, that is the database's time.
void Server::show_date() {
    house_.date.show(services_.store.now());
}

void Server::tick() {
    ++house_.ticks;
    show_date();
    const bool time_is_up = house_.is_draining && house_.ticks >= drain_deadline_;
    const bool is_pressed = services_.answers.was_short();
    // A copy, because a session that ends leaves the set.
    for (auto* session : std::vector(sessions_.begin(), sessions_.end())) {
        const bool is_over = house_.ticks >= session->deadline() ||
                             (house_.is_draining && session->is_idle()) ||
                             (is_pressed && session->reads_slowly());
        if (time_is_up) {
            session->abort();
        } else if (is_over) {
            session->expire();
        }
    }
}

io::Awaitable<void> Server::drain(std::chrono::milliseconds time) {
    house_.is_draining = true;
    drain_deadline_ = house_.ticks + ticks_of(time) + 1;
    error_code ignored;
    for (const auto& acceptor : acceptors_) {
        acceptor->tcp.close(ignored);
        acceptor->pause.cancel();
    }
    for (auto* session : std::vector(sessions_.begin(), sessions_.end())) {
        if (session->is_idle()) session->expire();
    }
    co_await tasks_.wait();
}

}  // namespace frontrow::http
