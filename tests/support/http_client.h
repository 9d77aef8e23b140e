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
/// Each answer is held against what every answer must have, and with ask() against api/openapi.yaml
/// too; one that differs fails the running test. Waits for twenty seconds at most, then throws
/// std::runtime_error, as it does when the server closes without an answer.
class HttpClient {
public:
    /// `base_path`: where on the server ask() asks.
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

    /// The bytes of a request as ask() sends them.
    static std::string request_text(
        std::string_view method,
        std::string_view target,
        const Headers& headers,
        std::string_view body
    );
    void send(std::string_view bytes);
    HttpAnswer receive(bool to_head = false);
    /// The next bytes as they come, `size` of them or all up to the end of what the server sends.
    std::string receive_bytes(std::size_t size);
    /// Says that nothing more will be sent; nothing where the server closes without an answer.
    std::optional<HttpAnswer> half_close_and_receive();
    /// Waits for the server to close; false where it sends something instead.
    bool is_closed_by_server();
    /// Something has come, or the server has closed.
    bool has_something() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace frontrow::test
