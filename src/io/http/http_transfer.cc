#include "io/http/http_transfer.h"

#include "base/ascii.h"
#include "base/check.h"

#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <netinet/in.h>
#include <span>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace frontrow::io {
namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

/// About the connection, or about how the body is framed. libcurl writes them.
constexpr std::array<std::string_view, 8> kNotTheCallers{
    "connection",
    "content-length",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
};
constexpr std::array<std::string_view, 5> kIdempotent{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
constexpr std::array<std::string_view, 3> kAlwaysWithBody{"POST", "PUT", "PATCH"};

bool is_among(std::span<const std::string_view> words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// A token as in RFC 9110, 5.6.2.
bool is_http_token(std::string_view text) {
    const auto is_allowed = [](char c) {
        return (c >= '0' && c <= '9') || (lower_case(c) >= 'a' && lower_case(c) <= 'z') ||
               std::string_view{"!#$%&'*+-.^_`|~"}.contains(c);
    };
    return !text.empty() && std::ranges::all_of(text, is_allowed);
}

bool is_one_line(std::string_view value) {
    return std::ranges::none_of(value, [](char c) {
        return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
    });
}

std::optional<std::string> find_flaw(const HttpRequest& request) {
    if (!is_http_token(request.method)) return "the method isn't a word";
    if (request.method == "HEAD" && !request.body.empty()) return "HEAD can't have a body";
    for (const auto& [name, value] : request.headers) {
        if (!is_http_token(name)) return "a header's name isn't a word";
        const auto is_this = [&](std::string_view other) {
            return same_ignoring_case(name, other);
        };
        if (std::ranges::any_of(kNotTheCallers, is_this))
            return "the header " + name + " is written by the client";
        if (!is_one_line(value))
            return "the value of the header " + name + " contains a control character";
    }
    return std::nullopt;
}

/// The address as the peer's owner would write it: IPv4 if it is IPv4 within IPv6.
boost::asio::ip::address address_of(const curl_sockaddr& address) {
    if (address.family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.addr);
        return address_v4{ntohl(v4->sin_addr.s_addr)};
    }
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.addr);
    address_v6::bytes_type bytes{};
    std::ranges::copy(v6->sin6_addr.s6_addr, bytes.begin());
    const address_v6 whole{bytes, v6->sin6_scope_id};
    if (whole.is_v4_mapped()) {
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, whole);
    }
    return whole;
}

}  // namespace

Result<std::unique_ptr<HttpTransfer>, HttpError>
HttpTransfer::prepare(const Executor& executor, const HttpSettings& settings, HttpRequest request) {
    if (auto flaw = find_flaw(request))
        return std::unexpected(HttpError{HttpErrorKind::unusable, std::move(*flaw)});
    auto target = parse_target(request.url, settings.allows_plain_http);
    if (!target) return std::unexpected(std::move(target.error()));
    return std::unique_ptr<HttpTransfer>{
        new HttpTransfer{executor, settings, std::move(request), std::move(*target)}
    };
}

HttpTransfer::HttpTransfer(
    const Executor& executor,
    const HttpSettings& settings,
    HttpRequest request,
    HttpTarget target
)
    : settings_{settings},
      request_{std::move(request)},
      target_{std::move(target)},
      until_{executor, request_.time},
      easy_{curl_easy_init()} {
    CHECK(easy_ != nullptr);
    set_connection();
    set_request();
    set_callbacks();
}

template <class T>
void HttpTransfer::set(CURLoption option, T value) {
    CHECK(curl_easy_setopt(easy_.get(), option, value) == CURLE_OK);
}

void HttpTransfer::set_connection() {
    set(CURLOPT_PROTOCOLS_STR, settings_.allows_plain_http ? "http,https" : "https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!settings_.ca_file.empty()) set(CURLOPT_CAINFO, settings_.ca_file.c_str());
    // An empty proxy keeps libcurl from reading the environment.
    if (!settings_.uses_environment_proxy) set(CURLOPT_PROXY, "");
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.connect_time.count()));
    set(CURLOPT_MAXAGE_CONN, static_cast<long>(settings_.idle_time.count()));
    set(CURLOPT_NOSIGNAL, 1L);
    // Without this, the end of a transfer whose host is still being looked up would block the
    // thread until the look-up is over, which may take many seconds.
    set(CURLOPT_QUICK_EXIT, 1L);
}

void HttpTransfer::set_request() {
    set(CURLOPT_CURLU, target_.url.get());
    if (!settings_.user_agent.empty()) set(CURLOPT_USERAGENT, settings_.user_agent.c_str());
    const bool has_body = !request_.body.empty() || is_among(kAlwaysWithBody, request_.method);
    if (request_.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    } else {
        if (has_body) {
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
            set(CURLOPT_POSTFIELDS, request_.body.c_str());
        }
        set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
    const auto add = [this](const std::string& line) {
        auto* longer = curl_slist_append(headers_.get(), line.c_str());
        CHECK(longer != nullptr);
        (void)headers_.release();
        headers_.reset(longer);
    };
    // libcurl would add the first by itself to a long body, and the second to every body. A name
    // with nothing after the colon keeps it from that.
    add("Expect:");
    add("Content-Type:");
    for (const auto& [name, value] : request_.headers) {
        const bool is_blank = value.find_first_not_of(" \t") == std::string::npos;
        add(is_blank ? name + ";" : name + ": " + value);
    }
    set(CURLOPT_HTTPHEADER, headers_.get());
}

void HttpTransfer::set_callbacks() {
    set(CURLOPT_PRIVATE, static_cast<CurlMulti::Owner*>(this));
    set(CURLOPT_ERRORBUFFER, details_.data());
    set(CURLOPT_HEADERFUNCTION, &HttpTransfer::on_head);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &HttpTransfer::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_PREREQFUNCTION, &HttpTransfer::on_send);
    set(CURLOPT_PREREQDATA, this);
    set(CURLOPT_OPENSOCKETFUNCTION, &HttpTransfer::on_open);
    set(CURLOPT_OPENSOCKETDATA, this);
}

Awaitable<HttpResult> HttpTransfer::result() {
    boost::system::error_code cancelled;
    co_await until_.async_wait(boost::asio::redirect_error(use_awaitable, cancelled));
    if (result_) co_return std::move(*result_);
    if (cancelled || is_closed_) {
        const auto kind = may_be_sent_ ? HttpErrorKind::lost : HttpErrorKind::unavailable;
        co_return std::unexpected(
            error(kind, is_closed_ ? "the client was closed" : "the caller stopped waiting")
        );
    }
    const auto time = " within " + std::to_string(request_.time.count()) + " ms";
    co_return std::unexpected(
        may_be_sent_ ? error(HttpErrorKind::timed_out, "no whole answer" + time)
                     : error(HttpErrorKind::unavailable, "no connection" + time)
    );
}

void HttpTransfer::close() {
    is_closed_ = true;
    until_.cancel();
}

void HttpTransfer::ended(CURLcode result) {
    // libcurl takes a head that the end of the connection cuts off for a whole one.
    if (result == CURLE_OK && !has_whole_head_) result = CURLE_PARTIAL_FILE;
    if (result == CURLE_OK)
        result_ = take_answer();
    else
        result_ = std::unexpected(error_of(result));
    until_.cancel();
}

HttpAnswer HttpTransfer::take_answer() {
    HttpAnswer answer{.body = std::move(body_)};
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    // The last block of headers: those of the final answer, without trailers.
    curl_header* one = nullptr;
    while ((one = curl_easy_nextheader(easy_.get(), CURLH_HEADER, -1, one)) != nullptr)
        answer.headers.push_back({one->name, one->value});
    return answer;
}

HttpError HttpTransfer::error_of(CURLcode result) const {
    const auto kind = kind_of(result);
    if (is_too_large_) return error(kind, "the answer is too large");
    if (result == CURLE_ABORTED_BY_CALLBACK)
        return error(kind, "the connection broke, and the request isn't sent again");
    if (kind == HttpErrorKind::address_refused)
        return error(kind, "the host's addresses aren't allowed");
    const std::string_view details{details_.data()};
    return error(kind, std::string{details.empty() ? curl_easy_strerror(result) : details});
}

HttpErrorKind HttpTransfer::kind_of(CURLcode result) const {
    if (is_too_large_) return HttpErrorKind::too_large;
    if (may_be_sent_) {
        switch (result) {
            case CURLE_OPERATION_TIMEDOUT:
                return HttpErrorKind::timed_out;
            case CURLE_WEIRD_SERVER_REPLY:
            // An answer without a status line.
            case CURLE_UNSUPPORTED_PROTOCOL:
                return HttpErrorKind::not_http;
            // A header longer than libcurl's own bound, which is 100 KiB.
            case CURLE_OUT_OF_MEMORY:
                return HttpErrorKind::too_large;
            default:
                return HttpErrorKind::lost;
        }
    }
    if (has_refused_address_ && !has_allowed_address_) return HttpErrorKind::address_refused;
    switch (result) {
        case CURLE_URL_MALFORMAT:
            return HttpErrorKind::unusable;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_ISSUER_ERROR:
            return HttpErrorKind::tls_failed;
        default:
            return HttpErrorKind::unavailable;
    }
}

HttpError HttpTransfer::error(HttpErrorKind kind, const std::string& what) const {
    return {kind, target_.server + ": " + what};
}

bool HttpTransfer::is_within(std::size_t bytes, std::size_t& sum, std::size_t max) {
    sum += bytes;
    is_too_large_ |= sum > max;
    return !is_too_large_;
}

/// Called for each line of the head, the heads of interim answers and trailers included.
std::size_t
HttpTransfer::on_head(char* bytes, std::size_t size, std::size_t count, void* transfer) {
    auto& self = *static_cast<HttpTransfer*>(transfer);
    const std::string_view line{bytes, size * count};
    if (line.starts_with("HTTP/")) self.has_whole_head_ = false;
    if (line == "\r\n" || line == "\n") self.has_whole_head_ = true;
    const auto max = self.settings_.head_bytes_max;
    return self.is_within(line.size(), self.head_bytes_, max) ? line.size() : 0;
}

std::size_t
HttpTransfer::on_body(char* bytes, std::size_t size, std::size_t count, void* transfer) {
    auto& self = *static_cast<HttpTransfer*>(transfer);
    const std::string_view piece{bytes, size * count};
    if (!self.is_within(piece.size(), self.body_bytes_, self.settings_.body_bytes_max)) return 0;
    self.body_ += piece;
    return piece.size();
}

/// Called when libcurl has a connection and is about to send the request. If a kept connection
/// breaks before the answer, libcurl sends the request again, and calls this again.
int HttpTransfer::on_send(void* transfer, char*, char*, int, int) {
    auto& self = *static_cast<HttpTransfer*>(transfer);
    const bool is_again = std::exchange(self.may_be_sent_, true);
    const bool is_allowed = !is_again || is_among(kIdempotent, self.request_.method);
    return is_allowed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

curl_socket_t HttpTransfer::on_open(void* transfer, curlsocktype, curl_sockaddr* address) {
    auto& self = *static_cast<HttpTransfer*>(transfer);
    if (self.settings_.allows_address && !self.settings_.allows_address(address_of(*address))) {
        self.has_refused_address_ = true;
        return CURL_SOCKET_BAD;
    }
    self.has_allowed_address_ = true;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace frontrow::io
