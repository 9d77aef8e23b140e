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

/// Nothing may be loaded by what is no page.
inline constexpr std::string_view kApiContentPolicy = "default-src 'none'; frame-ancestors 'none'";

/// An answer in the making. Kept by its connection from request to request for its memory.
class Response {
public:
    void start();

    unsigned status = 200;
    std::string_view content_type = kJson;
    /// Of the `Content-Security-Policy` and the `Cache-Control` header; a page or a file brings its
    /// own.
    std::string_view content_policy = kApiContentPolicy;
    std::string_view cache_control = "no-store";
    /// The content, unless it's one of the two that follow.
    std::string body;
    /// Others are sent it, too.
    std::shared_ptr<const std::string> shared_body;
    /// It is there for ever.
    std::string_view fixed_body;
    /// What `body` counts with, once it does.
    std::optional<AnswerMemory::Share> share;

    std::string_view content() const {
        if (shared_body != nullptr) return *shared_body;
        return fixed_body.empty() ? std::string_view{body} : fixed_body;
    }
    bool has_own_content() const { return shared_body == nullptr && fixed_body.empty(); }
    void clear_content();

    /// A header of this answer alone. Neither part holds a line end: values that came from a client
    /// were checked.
    void add_header(std::string_view name, std::string_view value);
    /// Of three parts, for the answers of a sale.
    void add_location(std::string_view base_path, std::string_view path, Bits128 id);

    /// Appends status line and headers. The body goes after them. `connection` is what `Connection`
    /// says; nothing where it may be left out.
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

/// The phrase of a status: `Not Found`.
std::string_view phrase_of(unsigned status);

}  // namespace frontrow::http
