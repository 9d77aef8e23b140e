#pragma once

#include "payments/json_fields.h"
#include "payments/provider_calls.h"

#include <string>
#include <utility>
#include <vector>

namespace frontrow::payments {

/// The fields of a request to Stripe, like {"metadata[order]", "1"}.
using StripeForm = std::vector<std::pair<std::string, std::string>>;

struct StripeAnswer {
    int status = 0;
    JsonObject body;

    bool is_done() const { return status < 300; }
};

/// Stripe's API: forms go in, JSON comes out. Knows nothing of what is asked.
class StripeApi {
public:
    /// `url`: without a slash at its end. `secret_key` gets into a header alone.
    StripeApi(ProviderWorld world, std::string url, std::string secret_key);

    /// Stripe does what it is asked once for each `key`, and repeats its answer; an empty one is
    /// for what does no harm twice.
    io::Awaitable<Result<StripeAnswer, io::Fault>>
    post(std::string path, StripeForm form, std::string key);
    io::Awaitable<Result<StripeAnswer, io::Fault>> get(std::string path, StripeForm query = {});
    io::Awaitable<void> close() { return calls_.close(); }

    Instant now() const { return calls_.now(); }

private:
    io::Awaitable<Result<StripeAnswer, io::Fault>> ask(io::HttpRequest request);

    std::string url_;
    std::string secret_key_;
    ProviderCalls calls_;
};

}  // namespace frontrow::payments
