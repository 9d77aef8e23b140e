#include "http/response.h"

#include "http/text.h"

#include <boost/beast/http/status.hpp>

#include <array>
#include <charconv>

namespace frontrow::http {
namespace {

/// Every answer has these.
constexpr std::string_view kSecurityHeaders =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n";

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits;
    out.append(
        digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr
    );
}

}  // namespace

std::string_view phrase_of(unsigned status) {
    const auto phrase =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
    return {phrase.data(), phrase.size()};
}

void Response::start() {
    status = 200;
    content_type = kJson;
    content_policy = kApiContentPolicy;
    cache_control = "no-store";
    clear_content();
    extra_headers_.clear();
}

void Response::clear_content() {
    if (share) free_memory(body);
    share.reset();
    body.clear();
    shared_body.reset();
    fixed_body = {};
}

void Response::add_header(std::string_view name, std::string_view value) {
    extra_headers_ += name;
    extra_headers_ += ": ";
    extra_headers_ += value;
    extra_headers_ += "\r\n";
}

void Response::add_location(std::string_view base_path, std::string_view path, Bits128 id) {
    extra_headers_ += "Location: ";
    extra_headers_ += base_path;
    extra_headers_ += path;
    append_uuid(extra_headers_, id);
    extra_headers_ += "\r\n";
}

void Response::write_head(
    std::string& out,
    const DateLine& date,
    TraceId trace,
    std::string_view request_id,
    std::string_view connection
) const {
    out += "HTTP/1.1 ";
    append_number(out, status);
    out += ' ';
    out += phrase_of(status);
    if (status != 204 && status != 304) {
        out += "\r\nContent-Type: ";
        out += content_type;
        out += "\r\nContent-Length: ";
        append_number(out, content().size());
    }
    out += "\r\n";
    out += date.text();
    out += "Trace-Id: ";
    append_hex128(out, trace.bits);
    out += "\r\nX-Request-Id: ";
    if (request_id.empty()) {
        append_hex128(out, trace.bits);
    } else {
        out += request_id;
    }
    out += "\r\n";
    out += kSecurityHeaders;
    out += "Content-Security-Policy: ";
    out += content_policy;
    out += "\r\nCache-Control: ";
    out += cache_control;
    out += "\r\n";
    out += extra_headers_;
    if (!connection.empty()) {
        out += "Connection: ";
        out += connection;
        out += "\r\n";
    }
    out += "\r\n";
}

}  // namespace frontrow::http
