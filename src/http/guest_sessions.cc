#include "http/guest_sessions.h"

#include "base/check.h"
#include "identity/guest.h"
#include "identity/token.h"

#include <utility>

namespace frontrow::http {

struct GuestSessions::Signer {
    io::ed25519::SigningKey key;
    std::string id;
};

void GuestSessions::sign_with(const tickets::PrivateKey& key) {
    io::ed25519::SigningKey signing{key};
    auto id = tickets::id_of(signing.public_key()).to_string();
    signer_ = std::make_shared<const Signer>(std::move(signing), std::move(id));
}

void GuestSessions::accept(const tickets::KeyRing& ring) {
    identity::KeySet keys;
    for (const auto& key : ring.public_keys())
        keys.add(tickets::id_of(key).to_string(), identity::TokenKey{key});
    authenticator_.accept_guest_keys(std::move(keys));
}

io::Awaitable<GuestSessions::Session> GuestSessions::make(std::string account, Instant now) {
    CHECK(has_key());
    const auto signer = signer_;
    const identity::TokenClaims claims{
        .principal = {.sub = account},
        .made_at = now,
        .ttl = kTime,
        .issuer = std::string{identity::kGuestIssuer},
    };
    auto work = [&] { return sign_token(signer->key, signer->id, claims); };
    auto token = co_await workers_.run(work);
    // A token has whole seconds.
    const auto expires_at = std::chrono::floor<std::chrono::seconds>(now + kTime);
    authenticator_.remember(token, {claims.principal, expires_at});
    co_return Session{std::move(token), std::move(account), expires_at};
}

}  // namespace frontrow::http
