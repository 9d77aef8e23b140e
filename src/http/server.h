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

namespace frontrow::http {

class Session;

/// Where a server listens; port 0 takes a free one.
struct Address {
    std::string host;
    std::uint16_t port = 0;
};

/// Takes connections and keeps them until they end. Made, used and destroyed on its executor's
/// thread, after drain() has returned.
class Server {
public:
    /// `turns`: where connections wait that have had their turn. `house` is kept up to date for the
    /// handlers and sessions. All outlive the server.
    Server(
        io::Executor executor,
        Dispatcher& dispatcher,
        io::TurnQueue& turns,
        House& house,
        const telemetry::Log& log
    );
    ~Server();

    /// Returns the port that was taken. Faults: in_use, unavailable.
    Result<std::uint16_t, io::Fault> listen(const Address& address);
    /// Begins to take connections.
    void start();
    /// Takes no more connections, lets running requests be answered for up to `time`, then closes
    /// what is left. Returns when nothing runs.
    io::Awaitable<void> drain(std::chrono::milliseconds time);

private:
    class Acceptor;
    /// A session is among the sessions for as long as this is there.
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

    io::Awaitable<void> accept();
    io::Awaitable<void> serve(std::unique_ptr<Session> session);
    void show_date();
    void tick();

    io::Executor executor_;
    Dispatcher& dispatcher_;
    io::TurnQueue& turns_;
    House& house_;
    const telemetry::Log& log_;
    std::unique_ptr<Acceptor> acceptor_;
    io::Poller poller_;
    BufferPool buffers_;
    /// Begun so far, by all connections.
    std::uint64_t requests_ = 0;
    std::set<Session*> sessions_;
    std::uint64_t drain_deadline_ = 0;
    io::TaskGroup tasks_;
    io::Ticker ticker_;
};

}  // namespace frontrow::http
