#include "end_to_end/client.h"

#include "support/openapi_check.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace frontrow::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

/// Gives Beast a socket with a read timeout. The socket's own timeout ends a read; Asio's blocking
/// reads ignore it.
class BlockingStream {
public:
    explicit BlockingStream(int socket) : socket_{socket} {}

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        const asio::mutable_buffer space = *asio::buffer_sequence_begin(buffers);
        const auto length = ::recv(socket_, space.data(), space.size(), 0);
        if (length < 0) error = error_code{errno, boost::system::system_category()};
        if (length == 0) error = asio::error::eof;
        return length > 0 ? static_cast<std::size_t>(length) : 0;
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        error_code ignored;
        return read_some(buffers, ignored);
    }

private:
    int socket_;
};

std::string lower(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return result;
}

Answer answer_of(const http::response<http::string_body>& message) {
    Answer answer{.status = message.result_int(), .headers = {}, .body = message.body()};
    for (const auto& field : message) {
        const std::string_view name{field.name_string().data(), field.name_string().size()};
        answer.headers[lower(name)] = std::string{field.value().data(), field.value().size()};
    }
    return answer;
}

/// nginx's own answer if no node behind it answers; it isn't part of our contract.
bool is_of_a_balancer(const Answer& answer) {
    return (answer.status == 502 || answer.status == 504) && !answer.headers.contains("trace-id");
}

}  // namespace

std::string Answer::code() const {
    error_code error;
    const auto problem = boost::json::parse(body, error);
    return error ? std::string{} : test::text_of(problem, "code");
}

std::string Answer::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

std::string text_of(const boost::json::value& object, std::string_view name) {
    const auto* fields = object.if_object();
    const auto* value =
        fields == nullptr ? nullptr : fields->if_contains({name.data(), name.size()});
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{text->data(), text->size()};
}

Client::Client(std::uint16_t port, std::chrono::seconds patience) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval time{.tv_sec = patience.count(), .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        close();
}

Client::~Client() {
    close();
}

Client::Client(Client&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, left_over_{std::move(other.left_over_)} {
}

void Client::close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

std::string Client::text_of(const Request& request) {
    std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& [name, value] : request.headers)
        text += name + ": " + value + "\r\n";
    if (!request.body.empty()) text += "Content-Type: application/json\r\n";
    if (request.method != "GET")
        text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    return text + "\r\n" + request.body;
}

std::optional<Answer> Client::send(const Request& request) {
    if (!write(text_of(request))) return std::nullopt;
    auto answer = read();
    if (answer && !is_of_a_balancer(*answer)) {
        const auto told = make_http_answer(answer->status, answer->headers, answer->body);
        check_any_answer(told);
        check_against_openapi(request.method, request.target, told);
    }
    return answer;
}

std::optional<Answer> Client::get(std::string target, std::string user) {
    Request request{.target = std::move(target)};
    if (!user.empty()) request.headers.emplace_back("X-User-ID", std::move(user));
    return send(request);
}

std::optional<Answer> Client::post(std::string target, std::string body, std::string user) {
    Request request{.method = "POST", .target = std::move(target), .body = std::move(body)};
    if (!user.empty()) request.headers.emplace_back("X-User-ID", std::move(user));
    return send(request);
}

bool Client::write(std::string_view bytes) {
    while (is_open() && !bytes.empty()) {
        const auto length = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (length <= 0) {
            close();
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(length));
    }
    return is_open();
}

std::optional<Answer> Client::read() {
    if (!is_open()) return std::nullopt;
    boost::beast::flat_buffer buffer;
    buffer.commit(asio::buffer_copy(buffer.prepare(left_over_.size()), asio::buffer(left_over_)));
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::uint64_t{1} << 30);
    BlockingStream stream{socket_};
    error_code error;
    http::read(stream, buffer, parser, error);
    if (error) {
        close();
        return std::nullopt;
    }
    const auto rest = buffer.cdata();
    left_over_.assign(static_cast<const char*>(rest.data()), rest.size());
    if (!parser.get().keep_alive()) close();
    return answer_of(parser.get());
}

bool Client::is_closed_by_server() {
    char byte = 0;
    const auto length = is_open() && left_over_.empty() ? ::recv(socket_, &byte, 1, 0) : 1;
    return length == 0 || (length < 0 && errno == ECONNRESET);
}

}  // namespace frontrow::test
