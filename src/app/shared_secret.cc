#include "app/shared_secret.h"

#include "identity/secret_fingerprint.h"
#include "io/hmac.h"

#include <optional>
#include <utility>

namespace frontrow::app {
namespace {

using io::Fault;

Fault differs() {
    return {
        io::FaultKind::unusable,
        "its secret for tokens (FRONTROW_JWT_SECRET, --secret) isn't that of the cluster's nodes: "
        "set theirs; or, to change the secret on purpose, stop all nodes, run frontrow keys "
        "forget-secret, and start them with the new one"
    };
}

}  // namespace

SharedSecret::SharedSecret(
    ClusterComparison::Ports ports,
    store::SideRecords& records,
    std::string secret
)
    : log_{ports.log},
      records_{records},
      fingerprint_{secret.empty() ? std::string{} : identity::fingerprint_of_secret(secret)},
      comparison_{std::move(ports), [this](FirstUse first_use) { return compare(first_use); }} {
}

io::Awaitable<Result<bool, Fault>> SharedSecret::compare(FirstUse first_use) {
    using Amended = Result<std::optional<std::string>, Fault>;
    bool is_known = false;
    auto amend = [&](const std::optional<std::string>& known) -> Amended {
        is_known = known || (!fingerprint_.empty() && first_use == FirstUse::write);
        if (fingerprint_.empty()) return std::nullopt;
        if (known && !io::is_same_secret(*known, fingerprint_)) return std::unexpected(differs());
        if (known || first_use == FirstUse::leave) return std::nullopt;
        return fingerprint_;
    };
    const auto amended =
        co_await amend_record(records_, std::string{identity::kSecretRecord}, std::move(amend));
    if (!amended) co_return std::unexpected(amended.error());
    if (fingerprint_.empty() && is_known)
        log_.warn(
            "this node has no secret for tokens, and refuses those that its cluster's nodes "
            "take: set FRONTROW_JWT_SECRET"
        );
    co_return is_known || fingerprint_.empty();
}

}  // namespace frontrow::app
