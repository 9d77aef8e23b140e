#pragma once

#include "base/result.h"
#include "http/buffer_pool.h"
#include "http/dispatcher.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/poller.h"
#include "io/task_group.h"
#include "io/ticker.h"
#include "io/turn_queue.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace frontrow::http {

class Session;

/// Where a server listens. With port 0 the system picks a free one.
struct Address {
    std::string host;
    std::uint16_t port = 0;
    /// Where a person sets it.
    const char* setting = "--listen";
};

/// Accepts connections and serves them until they end. Construct, use and destroy it on its
/// executor's thread; destroy it only after drain() has returned.
class Server {
public:
    /// `turns`: the queue of connections that have used up their turn. The server keeps `house` up
    /// to date for handlers and sessions. All must outlive the server.
    Server(
        io::Executor executor,
        const Services& services,
        io::TurnQueue& turns,
        House& house,
        const telemetry::Log& log
    );
    ~Server();

    /// Listens at one more address, whose connections are served by this dispatcher. It must
    /// outlive the server. Returns the port that is used. Faults: in_use, unavailable.
    Result<std::uint16_t, io::Fault> listen(const Address& address, Dispatcher& dispatcher);
    /// Begins to accept connections.
    void start();
    /// Accepts no more connections, lets running requests finish for up to `time`, then closes the
    /// remaining connections. Returns when no task runs.
    io::Awaitable<void> drain(std::chrono::milliseconds time);

private:
    class Acceptor;
    /// Registers a session with the server for as long as this object exists.
    class Member {
    public:
        Member(Server& server, Session& session);
        ~Member();
        Member(const Member&) = delete;
        Member& operator=(const Member&) = delete;

    private:
        Server& server_;
        Session& session_;
    };

    io::Awaitable<void> accept(Acceptor& acceptor);
    io::Awaitable<void> serve(std::unique_ptr<Session> session);
    void show_date();
    void tick();

    io::Executor executor_;
    const Services& services_;
    io::TurnQueue& turns_;
    House& house_;
    const telemetry::Log& log_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    io::Poller poller_;
    BufferPool buffers_;
    /// Requests begun so far on all connections.
    std::uint64_t requests_ = 0;
    std::set<Session*> sessions_;
    std::uint64_t drain_deadline_ = 0;
    io::TaskGroup tasks_;
    io::Ticker ticker_;
};

}  // namespace frontrow::http
