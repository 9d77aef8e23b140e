#include "support/http_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>
#include <sys/socket.h>

namespace frontrow::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

void check(const boost::system::error_code& error, const char* what) {
    if (error) throw std::runtime_error(std::string{what} + ": " + error.message());
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

}  // namespace

struct HttpClient::Impl {
    asio::io_context context;
    tcp::socket socket{context};
    boost::beast::flat_buffer buffer;
};

std::string HttpAnswer::header(const std::string& lower_name) const {
    const auto found = headers.find(lower_name);
    return found == headers.end() ? std::string{} : found->second;
}

std::string HttpAnswer::text(std::string_view field) const {
    const auto* object = json.if_object();
    const auto* value = object == nullptr ? nullptr : object->if_contains(field);
    return value != nullptr && value->is_string()
               ? std::string{std::string_view{value->get_string()}}
               : std::string{};
}

std::int64_t HttpAnswer::number(std::string_view field) const {
    const auto* object = json.if_object();
    const auto* value = object == nullptr ? nullptr : object->if_contains(field);
    return value != nullptr && value->is_int64() ? value->get_int64() : -1;
}

std::string HttpAnswer::code() const {
    return text("code");
}

HttpClient::HttpClient(std::uint16_t port) : impl_{std::make_unique<Impl>()} {
    boost::system::error_code error;
    impl_->socket.connect({asio::ip::address_v4::loopback(), port}, error);
    check(error, "connect");
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    setsockopt(impl_->socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    impl_->socket.set_option(tcp::no_delay{true}, error);
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

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
    send(request_text(method, target, headers, body));
    return receive(method == "HEAD");
}

void HttpClient::send(std::string_view bytes) {
    boost::system::error_code error;
    asio::write(impl_->socket, asio::buffer(bytes.data(), bytes.size()), error);
    check(error, "send");
}

HttpAnswer HttpClient::receive(bool to_head) {
    http::response_parser<http::string_body> parser;
    parser.body_limit(1ULL << 30);
    parser.skip(to_head);
    boost::system::error_code error;
    http::read(impl_->socket, impl_->buffer, parser, error);
    check(error, "receive");
    HttpAnswer answer;
    answer.status = parser.get().result_int();
    for (const auto& field : parser.get()) {
        answer.headers[lower({field.name_string().data(), field.name_string().size()})] =
            std::string{field.value()};
    }
    answer.body = std::move(parser.get().body());
    boost::system::error_code not_json;
    auto value = boost::json::parse(answer.body, not_json);
    if (!not_json) answer.json = std::move(value);
    return answer;
}

std::optional<HttpAnswer> HttpClient::half_close_and_receive() {
    boost::system::error_code error;
    impl_->socket.shutdown(tcp::socket::shutdown_send, error);
    try {
        return receive();
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

bool HttpClient::is_closed_by_server() {
    char byte = 0;
    boost::system::error_code error;
    impl_->socket.read_some(asio::buffer(&byte, 1), error);
    return error == asio::error::eof || error == asio::error::connection_reset;
}

}  // namespace frontrow::test
