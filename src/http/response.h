#pragma once

#include "base/id.h"
#include "http/answer_memory.h"
#include "http/date_line.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::http {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblemJson = "application/problem+json";

/// For answers that aren't pages: the browser may load nothing for them.
inline constexpr std::string_view kApiContentPolicy = "default-src 'none'; frame-ancestors 'none'";

/// An answer that is being built. Its connection reuses it for each request, to reuse its memory.
class Response {
public:
    void start();

    unsigned status = 200;
    std::string_view content_type = kJson;
    /// The `Content-Security-Policy` and `Cache-Control` headers. Pages and files set their own.
    std::string_view content_policy = kApiContentPolicy;
    std::string_view cache_control = "no-store";
    /// The content, unless one of the next two is set.
    std::string body;
    /// Content shared with other answers.
    std::shared_ptr<const std::string> shared_body;
    /// Content with static lifetime.
    std::string_view fixed_body;
    /// The share of AnswerMemory for `body`, if it is counted.
    std::optional<AnswerMemory::Share> share;

    std::string_view content() const {
        if (shared_body != nullptr) return *shared_body;
        return fixed_body.empty() ? std::string_view{body} : fixed_body;
    }
    bool has_own_content() const { return shared_body == nullptr && fixed_body.empty(); }
    void clear_content();

    /// Adds a header to this answer alone. Name and value must not contain line ends. Values from a
    /// client must have been checked.
    void add_header(std::string_view name, std::string_view value);
    /// Adds `Location` from its three parts without a temporary string, for the answers of a sale.
    void add_location(std::string_view base_path, std::string_view path, Bits128 id);

    /// Appends status line and headers; the body goes after them. `connection` is the value of
    /// `Connection`. If it is empty, the header is left out.
    void write_head(
        std::string& out,
        const DateLine& date,
        TraceId trace,
        std::string_view request_id,
        std::string_view connection
    ) const;

private:
    std::string extra_headers_;
};

/// The reason phrase of a status: `Not Found`.
std::string_view phrase_of(unsigned status);

}  // namespace frontrow::http
