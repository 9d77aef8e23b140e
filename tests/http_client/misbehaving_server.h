#pragma once

#include "http_client/certificates.h"
#include "io/awaitable.h"
#include "io/task_group.h"
#include "io/tcp.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::test {

/// An HTTP server on the loopback interface that answers with the bytes that it is told, good or
/// bad, and reports what it received. It runs on the test's io_context.
class MisbehavingServer {
public:
    struct Received {
        /// Numbered from 1, in the order of their acceptance.
        int connection = 0;
        /// Request line and headers, up to and including the empty line.
        std::string head;
        std::string body;
    };
    enum class Then : std::uint8_t {
        /// Waits for the next request.
        keep,
        close,
        /// Says nothing more and waits for the client to close.
        hold,
    };
    struct Reply {
        std::string bytes;
        Then then = Then::keep;
    };
    using Answer = std::function<Reply(const Received&)>;

    /// With `tls`, only TLS is spoken.
    explicit MisbehavingServer(io::Executor executor, std::optional<Certificates::Files> tls = {});
    ~MisbehavingServer();
    MisbehavingServer(const MisbehavingServer&) = delete;
    MisbehavingServer& operator=(const MisbehavingServer&) = delete;

    std::uint16_t port() const;
    /// Ends all connections. Await it before destroying the server.
    io::Awaitable<bool> stop();
    /// Closes the connections, and still accepts new ones.
    void close_connections();

    /// "HTTP/1.1 200 OK" with this body.
    static std::string ok(const std::string& body);

    /// Decides about each reply. At first, every request is answered with "hello".
    Answer answer = [](const Received&) { return Reply{ok("hello")}; };
    std::vector<Received> received;
    int accepted = 0;
    /// Connections that ended although the server waited for bytes.
    int left = 0;

private:
    struct Tls;
    struct Connection;

    io::Awaitable<void> accept();
    static io::Awaitable<void> talk(MisbehavingServer& self, io::TcpSocket socket, int number);
    template <class Stream>
    static io::Awaitable<void> serve(MisbehavingServer& self, Stream& stream, int number);

    io::Executor executor_;
    io::TcpAcceptor acceptor_;
    std::unique_ptr<Tls> tls_;
    std::vector<io::TcpSocket*> open_;
    io::TaskGroup tasks_;
};

}  // namespace frontrow::test
