#pragma once

#include "support/http_answer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One connection to a server on this machine, kept alive from request to request.
///
/// Each answer is checked against the rules for all answers, and, if it came through ask(), also
/// against api/openapi.yaml; a violation fails the running test. Waits for at most twenty seconds.
/// Throws std::runtime_error after that time, and if the server closes without an answer.
class HttpClient {
public:
    /// `base_path`: the path under which the server has its API; ask() uses it.
    explicit HttpClient(std::uint16_t port, std::string base_path = {});
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    HttpAnswer ask(
        std::string_view method,
        std::string_view target,
        const Headers& headers = {},
        std::string_view body = {}
    );

    /// The bytes of a request that ask() sends.
    static std::string request_text(
        std::string_view method,
        std::string_view target,
        const Headers& headers,
        std::string_view body
    );
    void send(std::string_view bytes);
    HttpAnswer receive(bool to_head = false);
    /// Receives the next `size` bytes, or fewer if the server closes.
    std::string receive_bytes(std::size_t size);
    /// Closes the sending direction, and receives an answer. Returns nothing if the server closes
    /// without one.
    std::optional<HttpAnswer> half_close_and_receive();
    /// Waits for the server to close. Returns false if it sends something instead.
    bool is_closed_by_server();
    /// True if bytes have arrived or the server has closed.
    bool has_something() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace frontrow::test
