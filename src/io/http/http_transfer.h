#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/http/curl_multi.h"
#include "io/http/http_message.h"
#include "io/http/http_settings.h"
#include "io/http/http_target.h"
#include "io/timer.h"

#include <array>
#include <cstddef>
#include <curl/curl.h>
#include <memory>
#include <optional>
#include <string>

namespace frontrow::io {

/// One request inside libcurl: what it is told, what it has received, and what its end means. Used
/// once.
class HttpTransfer final : private CurlMulti::Owner {
public:
    /// Checks the request; refuses it as `unusable`. The request's time starts here. `settings`
    /// must outlive the transfer.
    static Result<std::unique_ptr<HttpTransfer>, HttpError>
    prepare(const Executor& executor, const HttpSettings& settings, HttpRequest request);

    HttpTransfer(const HttpTransfer&) = delete;
    HttpTransfer& operator=(const HttpTransfer&) = delete;

    /// The server to which the request goes, as in HttpTarget.
    const std::string& server() const { return target_.server; }
    CURL* handle() const { return easy_.get(); }

    /// Returns when the transfer has ended, its time is over, the wait is cancelled, or close() was
    /// called. Call it once.
    Awaitable<HttpResult> result();
    /// Gives the waiting caller an error.
    void close();

private:
    struct FreeEasy {
        void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    };
    struct FreeList {
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };
    using List = std::unique_ptr<curl_slist, FreeList>;

    HttpTransfer(
        const Executor& executor,
        const HttpSettings& settings,
        HttpRequest request,
        HttpTarget target
    );
    template <class T>
    void set(CURLoption option, T value);
    void set_connection();
    void set_request();
    void set_callbacks();
    void ended(CURLcode result) override;
    bool is_within(std::size_t bytes, std::size_t& sum, std::size_t max);
    HttpAnswer take_answer();
    HttpError error_of(CURLcode result) const;
    HttpErrorKind kind_of(CURLcode result) const;
    HttpError error(HttpErrorKind kind, const std::string& what) const;

    static std::size_t on_head(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
    static int on_send(void* self, char*, char*, int, int);
    static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address);

    const HttpSettings& settings_;
    HttpRequest request_;
    HttpTarget target_;
    Timer until_;
    List headers_;
    std::array<char, CURL_ERROR_SIZE> details_{};
    std::size_t head_bytes_ = 0;
    std::size_t body_bytes_ = 0;
    std::string body_;
    std::optional<HttpResult> result_;
    /// libcurl has a connection and was about to send the request: bytes may have been sent.
    bool may_be_sent_ = false;
    /// The latest head has ended with its empty line.
    bool has_whole_head_ = false;
    bool is_too_large_ = false;
    bool has_allowed_address_ = false;
    bool has_refused_address_ = false;
    bool is_closed_ = false;
    /// Last, because libcurl uses the members above until the handle is freed.
    std::unique_ptr<CURL, FreeEasy> easy_;
};

}  // namespace frontrow::io
