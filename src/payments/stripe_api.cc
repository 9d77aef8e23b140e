#include "payments/stripe_api.h"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace frontrow::payments {
namespace {

/// The version of Stripe's API whose fields this code reads.
constexpr auto kVersion = "2024-06-20";

std::string encoded(const std::string& text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string encoded(const StripeForm& form) {
    std::string text;
    for (const auto& [name, value] : form) {
        if (!text.empty()) text += '&';
        text += encoded(name) + "=" + encoded(value);
    }
    return text;
}

}  // namespace

StripeApi::StripeApi(ProviderWorld world, std::string url, std::string secret_key)
    : url_{std::move(url)},
      secret_key_{std::move(secret_key)},
      calls_{std::move(world), url_, "FRONTROW_STRIPE_KEY"} {
}

io::Awaitable<Result<StripeAnswer, io::Fault>>
StripeApi::post(std::string path, StripeForm form, std::string key) {
    io::HttpRequest request{
        .method = "POST",
        .url = url_ + path,
        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
        .body = encoded(form),
    };
    if (!key.empty()) request.headers.push_back({"Idempotency-Key", std::move(key)});
    co_return co_await ask(std::move(request));
}

io::Awaitable<Result<StripeAnswer, io::Fault>> StripeApi::get(std::string path, StripeForm query) {
    io::HttpRequest request{.url = url_ + path};
    if (!query.empty()) request.url += "?" + encoded(query);
    co_return co_await ask(std::move(request));
}

io::Awaitable<Result<StripeAnswer, io::Fault>> StripeApi::ask(io::HttpRequest request) {
    request.headers.push_back({"Authorization", "Bearer " + secret_key_});
    request.headers.push_back({"Stripe-Version", kVersion});
    const auto answer = co_await calls_.send(std::move(request));
    if (!answer) co_return std::unexpected(answer.error());
    auto body = parse_json_object(answer->body);
    if (!body) {
        co_return std::unexpected(
            io::Fault{io::FaultKind::outcome_unknown, "Stripe's answer isn't a JSON object"}
        );
    }
    co_return StripeAnswer{.status = answer->status, .body = *std::move(body)};
}

}  // namespace frontrow::payments
