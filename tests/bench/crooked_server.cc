#include "bench/crooked_server.h"

#include <boost/json.hpp>

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace frontrow::test {
namespace {

constexpr const char* kEvent = "00000000-0000-7000-8000-000000000000";

std::string text_of(const CrookedServer::Reply& reply) {
    return "HTTP/1.1 " + std::to_string(reply.status) +
           " Said\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

/// The size of the first whole request; 0 if it isn't complete.
std::size_t size_of(const std::string& bytes) {
    const auto head = bytes.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    const auto length = bytes.find("Content-Length: ");
    const auto body = length < head ? std::stoul(bytes.substr(length + 16)) : 0;
    return bytes.size() >= head + 4 + body ? head + 4 + body : 0;
}

}  // namespace

CrookedServer::CrookedServer(Options options) : options_{std::move(options)} {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* place = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, place, size) != 0 || listen(listener_, 64) != 0 ||
        getsockname(listener_, place, &size) != 0)
        throw std::runtime_error("can't listen");
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread{[this] {
        for (int one = 0; (one = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
            const std::lock_guard lock{mutex_};
            sockets_.push_back(one);
            threads_.emplace_back([this, one] { serve(one); });
        }
    }};
}

CrookedServer::~CrookedServer() {
    shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    close(listener_);
    for (const int one : sockets_)
        shutdown(one, SHUT_RDWR);
    for (auto& thread : threads_)
        thread.join();
    for (const int one : sockets_)
        close(one);
}

void CrookedServer::serve(int socket) {
    std::string bytes;
    std::array<char, 4'096> piece;
    for (ssize_t length = 0; (length = recv(socket, piece.data(), piece.size(), 0)) > 0;) {
        bytes.append(piece.data(), static_cast<std::size_t>(length));
        while (const auto size = size_of(bytes)) {
            const auto said = answer(bytes.substr(0, size));
            bytes.erase(0, size);
            if (said.empty()) shutdown(socket, SHUT_RDWR);
            send(socket, said.data(), said.size(), MSG_NOSIGNAL);
        }
    }
}

/// Returns the bytes to answer. An empty text means that the server closes the connection.
std::string CrookedServer::answer(const std::string& request) {
    const auto body = request.substr(request.find("\r\n\r\n") + 4);
    if (request.starts_with("POST /api/v1/events "))
        return text_of({options_.event_status, R"({"id":")" + std::string{kEvent} + "\"}"});
    const auto line = request.substr(0, request.find('\r'));
    if (options_.shop && (line.contains("/orders") || line.contains("/sales ")))
        return text_of(options_.shop(request));
    if (request.contains("/seats/bulk ")) return text_of({201, bulk(body)});
    if (request.starts_with("GET ")) return text_of({200, left(request)});
    if (request.starts_with("PATCH ")) return text_of({200, "{}"});
    if (!request.starts_with("POST /api/v1/reservations ")) return text_of({201, "{}"});
    const auto begin = body.find('[') + 1;
    const auto seats = body.substr(begin, body.find(']') - begin);
    const auto reply = options_.reserve(seats);
    const std::lock_guard lock{mutex_};
    if (reply.status == 201) sold_.insert(seats);
    return reply.status == 0 ? std::string{} : text_of(reply);
}

/// Returns the count of what is left, in the form of the list or count that is requested.
std::string CrookedServer::left(const std::string& request) {
    const std::lock_guard lock{mutex_};
    const auto count = std::to_string(options_.count ? options_.count() : seats_ - sold_.size());
    if (request.contains("/availability "))
        return R"({"categories":[{"available":)" + count + "}]}";
    if (request.contains("/allocations ")) return R"([{"left":)" + count + "}]";
    return R"({"count":)" + count + "}";
}

std::string CrookedServer::bulk(std::string_view body) {
    const auto request = boost::json::parse({body.data(), body.size()});
    const auto* count = request.as_object().if_contains("count");
    const auto wanted =
        count != nullptr ? count->to_number<std::size_t>() : request.at("seats").as_array().size();
    const std::lock_guard lock{mutex_};
    std::string seats;
    for (std::size_t i = 0; i < wanted; ++i)
        seats += (i == 0 ? R"({"id":)" : R"(,{"id":)") + seat(++seats_) + "}";
    return "[" + seats + "]";
}

std::string CrookedServer::seat(std::uint64_t number) {
    auto id = std::string{kEvent};
    const auto digits = std::to_string(number);
    return "\"" + id.replace(36 - digits.size(), digits.size(), digits) + "\"";
}

CrookedServer::Reply CrookedServer::sold(const std::string& seats, const std::string& items) {
    return {
        201,
        R"({"id":"x","seat_ids":[)" + seats + R"(],"items":[)" + items +
            R"(],"status":"pending","expires_at":"2099-01-01T01:00:00.000Z","created_at":"2099-01-01T00:00:00.000Z"})",
    };
}

}  // namespace frontrow::test
