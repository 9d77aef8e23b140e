#include "http_client/misbehaving_server.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <exception>
#include <utility>

namespace frontrow::test {
namespace {

namespace asio = boost::asio;

/// The value of Content-Length, 0 if there is none.
std::size_t length_in(const std::string& head) {
    constexpr std::string_view kName = "Content-Length: ";
    const auto at = head.find(kName);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + kName.size()));
}

}  // namespace

struct MisbehavingServer::Tls {
    asio::ssl::context context{asio::ssl::context::tls_server};
};

MisbehavingServer::MisbehavingServer(io::Executor executor, std::optional<Certificates::Files> tls)
    : executor_{executor},
      acceptor_{executor, {asio::ip::address_v4::loopback(), 0}},
      tasks_{executor, [](const std::exception_ptr& error) { std::rethrow_exception(error); }} {
    if (tls) {
        tls_ = std::make_unique<Tls>();
        tls_->context.use_certificate_chain_file(tls->certificate);
        tls_->context.use_private_key_file(tls->key, asio::ssl::context::pem);
    }
    tasks_.spawn(accept());
}

MisbehavingServer::~MisbehavingServer() = default;

std::uint16_t MisbehavingServer::port() const {
    return acceptor_.local_endpoint().port();
}

std::string MisbehavingServer::ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void MisbehavingServer::close_connections() {
    for (auto* socket : open_)
        socket->close();
}

io::Awaitable<bool> MisbehavingServer::stop() {
    acceptor_.close();
    close_connections();
    co_await tasks_.wait();
    co_return true;
}

io::Awaitable<void> MisbehavingServer::accept() {
    for (;;) {
        boost::system::error_code error;
        auto socket =
            co_await acceptor_.async_accept(asio::redirect_error(io::use_awaitable, error));
        if (error) co_return;
        tasks_.spawn(talk(*this, std::move(socket), ++accepted));
    }
}

io::Awaitable<void>
MisbehavingServer::talk(MisbehavingServer& self, io::TcpSocket socket, int number) {
    self.open_.push_back(&socket);
    if (self.tls_) {
        asio::ssl::stream<io::TcpSocket&> stream{socket, self.tls_->context};
        boost::system::error_code error;
        co_await stream.async_handshake(
            asio::ssl::stream_base::server, asio::redirect_error(io::use_awaitable, error)
        );
        if (!error) co_await serve(self, stream, number);
    } else {
        co_await serve(self, socket, number);
    }
    std::erase(self.open_, &socket);
}

template <class Stream>
io::Awaitable<void> MisbehavingServer::serve(MisbehavingServer& self, Stream& stream, int number) {
    boost::system::error_code error;
    std::string buffer;
    for (;;) {
        const auto head_size = co_await asio::async_read_until(
            stream,
            asio::dynamic_buffer(buffer),
            "\r\n\r\n",
            asio::redirect_error(io::use_awaitable, error)
        );
        if (error) break;
        Received received{.connection = number, .head = buffer.substr(0, head_size)};
        const auto whole_size = head_size + length_in(received.head);
        if (buffer.size() < whole_size) {
            co_await asio::async_read(
                stream,
                asio::dynamic_buffer(buffer),
                asio::transfer_exactly(whole_size - buffer.size()),
                asio::redirect_error(io::use_awaitable, error)
            );
            if (error) break;
        }
        received.body = buffer.substr(head_size, whole_size - head_size);
        buffer.erase(0, whole_size);
        self.received.push_back(received);
        const auto reply = self.answer(received);
        co_await asio::async_write(
            stream, asio::buffer(reply.bytes), asio::redirect_error(io::use_awaitable, error)
        );
        if (error) break;
        if (reply.then == Then::close) co_return;
        if (reply.then == Then::keep) continue;
        char any = 0;
        while (!error) {
            co_await asio::async_read(
                stream, asio::buffer(&any, 1), asio::redirect_error(io::use_awaitable, error)
            );
        }
        break;
    }
    ++self.left;
}

}  // namespace frontrow::test
