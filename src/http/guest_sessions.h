#pragma once

#include "base/instant.h"
#include "identity/authenticator.h"
#include "io/awaitable.h"
#include "io/ed25519.h"
#include "io/workers.h"
#include "tickets/ticket_keys.h"

#include <chrono>
#include <memory>
#include <string>

namespace frontrow::http {

/// Makes the tokens of guests. They are signed with the key that signs tickets, on a worker,
/// because a signature takes longer than a whole reservation. Use it on the owner's thread.
class GuestSessions {
public:
    /// How long a token is good. A page renews it long before.
    static constexpr std::chrono::days kTime{30};

    struct Session {
        std::string token;
        std::string account;
        Instant expires_at;
    };

    /// Both must outlive it.
    GuestSessions(identity::Authenticator& authenticator, io::Workers& workers)
        : authenticator_{authenticator}, workers_{workers} {}

    void sign_with(const tickets::PrivateKey& key);
    /// Signs nothing from now on.
    void stop_signing() { signer_ = nullptr; }
    /// Accepts tokens of these keys from now on.
    void accept(const tickets::KeyRing& ring);

    bool has_key() const { return signer_ != nullptr; }

    /// Makes a token for the guest with this account. There must be a key.
    io::Awaitable<Session> make(std::string account, Instant now);

private:
    struct Signer;

    identity::Authenticator& authenticator_;
    io::Workers& workers_;
    /// Null without a key. Workers may still use an old one.
    std::shared_ptr<const Signer> signer_;
};

}  // namespace frontrow::http
