#include "support/http_client.h"

#include "support/openapi_check.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace frontrow::test {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::milliseconds kPatience{100'000};
constexpr std::size_t kPiece = 64 << 10;

[[noreturn]] void give_up(const char* what, int error) {
    throw std::runtime_error(std::string{what} + ": " + std::generic_category().message(error));
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

HttpAnswer answer_of(beast_http::response_parser<beast_http::string_body>& parser) {
    std::map<std::string, std::string> headers;
    for (const auto& field : parser.get()) {
        headers[lower({field.name_string().data(), field.name_string().size()})] =
            std::string{field.value()};
    }
    return make_http_answer(
        parser.get().result_int(), std::move(headers), std::move(parser.get().body())
    );
}

}  // namespace

/// Our own socket code, because the blocking calls of libraries have no deadline.
struct HttpClient::Impl {
    ~Impl() { close(socket); }

    /// Returns false if no event comes within `time`.
    bool wait_for(short events, std::chrono::milliseconds time) const {
        pollfd one{.fd = socket, .events = events, .revents = 0};
        return poll(&one, 1, static_cast<int>(time.count())) > 0;
    }

    /// Returns 0 when the server has closed.
    std::size_t read_some(void* into, std::size_t size) const {
        if (!wait_for(POLLIN, kPatience)) give_up("receive", ETIMEDOUT);
        const auto bytes = recv(socket, into, size, 0);
        if (bytes < 0) give_up("receive", errno);
        return static_cast<std::size_t>(bytes);
    }

    int socket = -1;
    std::string base_path;
    /// Bytes received after the last answer.
    boost::beast::flat_buffer buffer;
};

HttpClient::HttpClient(std::uint16_t port, std::string base_path)
    : impl_{std::make_unique<Impl>()} {
    impl_->base_path = std::move(base_path);
    impl_->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (impl_->socket < 0) give_up("socket", errno);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(impl_->socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        give_up("connect", errno);
    const int at_once = 1;
    setsockopt(impl_->socket, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

std::string HttpClient::request_text(
    std::string_view method,
    std::string_view target,
    const Headers& headers,
    std::string_view body
) {
    std::string text{method};
    text += " ";
    text += target;
    text += " HTTP/1.1\r\nHost: localhost\r\n";
    bool has_type = false;
    for (const auto& [name, value] : headers) {
        has_type = has_type || lower(name) == "content-type";
        text += name + ": " + value + "\r\n";
    }
    if (!body.empty() && !has_type) text += "Content-Type: application/json\r\n";
    if (!body.empty() || method == "POST" || method == "PUT")
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    text += body;
    return text;
}

HttpAnswer HttpClient::ask(
    std::string_view method,
    std::string_view target,
    const Headers& headers,
    std::string_view body
) {
    send(request_text(method, impl_->base_path + std::string{target}, headers, body));
    auto answer = receive(method == "HEAD");
    check_against_openapi(method, target, answer);
    return answer;
}

void HttpClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!impl_->wait_for(POLLOUT, kPatience)) give_up("send", ETIMEDOUT);
        const auto sent =
            ::send(impl_->socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN) give_up("send", errno);
        bytes.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    }
}

HttpAnswer HttpClient::receive(bool to_head) {
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(1ULL << 30);
    parser.skip(to_head);
    parser.eager(true);
    auto& buffer = impl_->buffer;
    while (!parser.is_done()) {
        error_code error = beast_http::error::need_more;
        if (buffer.size() > 0) buffer.consume(parser.put(buffer.data(), error));
        if (error && error != beast_http::error::need_more)
            throw std::runtime_error("receive: this isn't HTTP: " + error.message());
        if (parser.is_done()) break;
        const auto room = buffer.prepare(kPiece);
        const auto bytes = impl_->read_some(room.data(), room.size());
        if (bytes == 0) throw std::runtime_error("receive: the server closed");
        buffer.commit(bytes);
    }
    auto answer = answer_of(parser);
    check_any_answer(answer);
    return answer;
}

std::string HttpClient::receive_bytes(std::size_t size) {
    auto& buffer = impl_->buffer;
    while (buffer.size() < size) {
        const auto room = buffer.prepare(kPiece);
        const auto bytes = impl_->read_some(room.data(), room.size());
        if (bytes == 0) break;
        buffer.commit(bytes);
    }
    size = std::min(size, buffer.size());
    std::string out{static_cast<const char*>(buffer.data().data()), size};
    buffer.consume(size);
    return out;
}

std::optional<HttpAnswer> HttpClient::half_close_and_receive() {
    shutdown(impl_->socket, SHUT_WR);
    try {
        return receive();
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

bool HttpClient::is_closed_by_server() {
    if (impl_->buffer.size() > 0) return false;
    if (!impl_->wait_for(POLLIN, kPatience)) give_up("wait for the close", ETIMEDOUT);
    char byte = 0;
    const auto bytes = recv(impl_->socket, &byte, 1, 0);
    return bytes == 0 || (bytes < 0 && errno == ECONNRESET);
}

bool HttpClient::has_something() const {
    return impl_->buffer.size() > 0 || impl_->wait_for(POLLIN, std::chrono::milliseconds{0});
}

}  // namespace frontrow::test
