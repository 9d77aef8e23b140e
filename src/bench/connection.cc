#include "bench/connection.h"

#include "io/tcp.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/write.hpp>

#include <string>

namespace frontrow::bench {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Connection::Socket {
    explicit Socket(const io::Executor& executor) : tcp{executor}, resolver{executor} {}

    io::TcpSocket tcp;
    asio::ip::basic_resolver<asio::ip::tcp, io::Executor> resolver;
};

namespace {

constexpr auto kTuple = asio::as_tuple(io::use_awaitable);

std::unexpected<io::Fault> broken(std::string why) {
    return std::unexpected(io::Fault{io::FaultKind::outcome_unknown, std::move(why)});
}

}  // namespace

Connection::Connection(io::Executor executor) : socket_{std::make_unique<Socket>(executor)} {
}

Connection::~Connection() = default;

io::Awaitable<Result<void, io::Fault>> Connection::connect(const Target& target) {
    const auto failed = [&](const boost::system::error_code& error) {
        return std::unexpected(io::Fault{
            io::FaultKind::unavailable,
            "can't connect to http://" + target.authority() + ": " + error.message()
        });
    };
    auto [not_found, endpoints] =
        co_await socket_->resolver.async_resolve(target.host, std::to_string(target.port), kTuple);
    if (not_found) co_return failed(not_found);
    auto [refused, _] = co_await asio::async_connect(socket_->tcp, endpoints, kTuple);
    if (refused) co_return failed(refused);
    boost::system::error_code ignored;
    socket_->tcp.set_option(tcp::no_delay{true}, ignored);
    co_return Result<void, io::Fault>{};
}

io::Awaitable<Result<Answer, io::Fault>> Connection::exchange(std::string_view request) {
    reader_.begin();
    auto [unsent, sent] = co_await asio::async_write(
        socket_->tcp, asio::buffer(request.data(), request.size()), kTuple
    );
    if (unsent) co_return broken("the request couldn't be sent: " + unsent.message());
    auto state = AnswerReader::State::more;
    while (state == AnswerReader::State::more) {
        const auto space = reader_.space();
        auto [error, bytes] =
            co_await socket_->tcp.async_read_some(asio::buffer(space.data(), space.size()), kTuple);
        if (error) co_return broken("no whole answer came: " + error.message());
        state = reader_.took(bytes);
    }
    if (state == AnswerReader::State::whole) co_return reader_.answer();
    close();
    co_return broken("what came is no single HTTP/1.1 answer with a Content-Length");
}

void Connection::close() {
    boost::system::error_code ignored;
    socket_->resolver.cancel();
    socket_->tcp.close(ignored);
}

}  // namespace frontrow::bench
