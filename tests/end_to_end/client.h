#pragma once

#include <boost/json.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::test {

struct Request {
    std::string method = "GET";
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

struct Answer {
    unsigned status = 0;
    /// Keys in lower case.
    std::map<std::string, std::string> headers;
    std::string body;

    /// Throws if the body isn't JSON.
    boost::json::value json() const { return boost::json::parse(body); }
    /// The problem's code, or nothing.
    std::string code() const;
    std::string header(const std::string& name) const;
};

/// The member `name` of a JSON object, as text; empty if it is missing.
std::string text_of(const boost::json::value& object, std::string_view name);

/// One kept-alive connection to a server on this machine, with a timeout.
class Client {
public:
    /// If the connection can't be made, is_open() is false.
    explicit Client(std::uint16_t port, std::chrono::seconds patience = std::chrono::seconds{30});
    ~Client();
    Client(Client&& other) noexcept;
    Client& operator=(Client&& other) = delete;

    bool is_open() const { return socket_ >= 0; }
    void close();

    /// Sends a request and waits for its answer. The answer fails the running test unless
    /// api/openapi.yaml documents it. Returns nothing if the connection broke or no answer came:
    /// the outcome is unknown, and the connection is closed. The connection is also closed after an
    /// answer that announces it.
    std::optional<Answer> send(const Request& request);
    std::optional<Answer> get(std::string target, std::string user = {});
    std::optional<Answer> post(std::string target, std::string body, std::string user = {});

    // The halves of send(), for tests that stop between them.
    bool write(std::string_view bytes);
    /// Returns the next answer. A 100 (Continue) counts as an answer of its own.
    std::optional<Answer> read();
    /// Whether the server closes the connection without another byte.
    bool is_closed_by_server();

    static std::string text_of(const Request& request);

private:
    int socket_ = -1;
    /// Bytes read beyond the last answer.
    std::string left_over_;
};

}  // namespace frontrow::test
