#include "payments/provider_calls.h"

#include "payments/provider.h"

#include <cstddef>
#include <optional>
#include <utility>

namespace frontrow::payments {
namespace {

/// So no question waits for another kind of question to end, not even while a notice is checked.
constexpr std::size_t kConnections =
    kChargesAtOnce + kQuestionsAtOnce + kPagesAtOnce + kRefundsAtOnce + 8;

/// For a page of movements with everything that a provider adds to each.
constexpr std::size_t kAnswerBytesMax = 4UL * 1024 * 1024;

using io::Fault;
using io::FaultKind;

io::HttpSettings http_settings(const std::string& url) {
    return {
        .allows_plain_http = url.starts_with("http://"),
        .user_agent = "Frontrow",
        .body_bytes_max = kAnswerBytesMax,
        .running_per_server_max = kConnections,
        .idle_connections_max = kConnections,
    };
}

Fault fault_of(const io::HttpError& error) {
    if (may_have_arrived(error.kind)) return {FaultKind::outcome_unknown, error.what};
    switch (error.kind) {
        case io::HttpErrorKind::unusable:
        case io::HttpErrorKind::address_refused:
        case io::HttpErrorKind::tls_failed:
            return {FaultKind::unusable, error.what};
        case io::HttpErrorKind::overloaded:
            return {FaultKind::overloaded, error.what};
        case io::HttpErrorKind::unavailable:
        case io::HttpErrorKind::timed_out:
        case io::HttpErrorKind::lost:
        case io::HttpErrorKind::too_large:
        case io::HttpErrorKind::not_http:
            return {FaultKind::unavailable, error.what};
    }
}

/// The server is down. 500 may be about one request alone: Stripe repeats it under the same key.
bool is_down(const io::HttpResult& answer) {
    return !answer || answer->status > 500;
}

/// Nothing was sent, because too much waits here already.
bool was_never_sent(const io::HttpResult& answer) {
    return !answer && answer.error().kind == io::HttpErrorKind::overloaded;
}

/// Nothing if the status says what has become of the request.
std::optional<Fault> fault_of(int status, const char* secret_setting) {
    const auto text = "the provider answered with status " + std::to_string(status);
    if ((status >= 200 && status < 300) || status == 400 || status == 402 || status == 404)
        return std::nullopt;
    if (status == 401 || status == 403)
        return Fault{
            FaultKind::unusable,
            text + ": it doesn't accept our key or signature; " + secret_setting +
                " must be the one that it knows"
        };
    if (status == 429) return Fault{FaultKind::unavailable, text + ": it asks for fewer requests"};
    return Fault{FaultKind::outcome_unknown, text};
}

}  // namespace

ProviderCalls::ProviderCalls(
    ProviderWorld world,
    const std::string& url,
    const char* secret_setting
)
    : world_{std::move(world)},
      secret_setting_{secret_setting},
      client_{world_.executor, http_settings(url)},
      breaker_{{}, world_.random} {
}

io::Awaitable<Result<io::HttpAnswer, Fault>> ProviderCalls::send(io::HttpRequest request) {
    if (!breaker_.allows(now())) {
        co_return std::unexpected(
            Fault{FaultKind::unavailable, "the provider was down a moment ago"}
        );
    }
    auto answer = co_await client_.send(std::move(request));
    report(answer);
    if (!answer) co_return std::unexpected(fault_of(answer.error()));
    if (auto fault = fault_of(answer->status, secret_setting_))
        co_return std::unexpected(*std::move(fault));
    co_return *std::move(answer);
}

void ProviderCalls::report(const io::HttpResult& answer) {
    if (was_never_sent(answer)) return;
    if (is_down(answer))
        breaker_.failed(now());
    else
        breaker_.succeeded(now());
}

io::Awaitable<void> ProviderCalls::close() {
    co_await client_.close();
}

}  // namespace frontrow::payments
