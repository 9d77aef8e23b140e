#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/workers.h"
#include "store/side_records.h"
#include "store/store.h"
#include "telemetry/log.h"
#include "tickets/key_registry.h"
#include "tickets/ticket_code.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::http {

/// Makes and checks the codes of tickets for handlers. All of it runs on a worker, because one code
/// takes longer than a whole reservation. Use it on the owner's thread.
class TicketCodes {
public:
    struct Ports {
        store::Store& store;
        store::SideRecords& records;
        io::Workers& workers;
        const telemetry::Log& log;
    };
    /// Makes sure that the store's record names the key that is about to sign. A fault is that of
    /// sign(), which makes no code then.
    using BeforeSigning = std::function<io::Awaitable<Result<void, io::Fault>>()>;
    using Checked = Result<tickets::CodeContents, tickets::CodeFlaw>;

    /// All must outlive it.
    explicit TicketCodes(Ports ports) : ports_{ports} {}

    /// Signs with this key from now on. `before_signing` is awaited each time, unless it is empty.
    void sign_with(const tickets::PrivateKey& key, BeforeSigning before_signing = {});
    /// Signs nothing from now on.
    void stop_signing() { signer_ = nullptr; }
    /// Accepts the codes of these keys from now on. Until the first call, nothing can be signed or
    /// checked.
    void accept(const tickets::KeyRing& ring);

    bool has_key() const { return signer_ != nullptr; }

    /// Makes a code for each ticket, in order. Faults: unavailable; unusable if there is no key;
    /// those of BeforeSigning.
    io::Awaitable<Result<std::vector<std::string>, io::Fault>> sign(
        std::vector<tickets::CodeContents> contents
    );
    /// What each code says, in order. If a code names a key that isn't known here, looks whether
    /// another node has added it. Faults: those of SideRecords::find.
    io::Awaitable<Result<std::vector<Checked>, io::Fault>> check(std::vector<std::string> codes);
    /// All keys that ever signed, and the one that will. The answer may lack a key that another
    /// node has added within the last ten seconds, or while the store couldn't be asked.
    io::Awaitable<Result<std::vector<tickets::PublicKey>, io::Fault>> public_keys();

private:
    struct Accepted {
        explicit Accepted(std::vector<tickets::PublicKey> all)
            : keys{std::move(all)}, verifier{keys} {}

        std::vector<tickets::PublicKey> keys;
        tickets::CodeVerifier verifier;
    };

    io::Awaitable<Result<void, io::Fault>> read_keys_again();

    Ports ports_;
    std::shared_ptr<const tickets::CodeSigner> signer_;
    BeforeSigning before_signing_;
    /// Null until the first accept(). Workers may still use an old one.
    std::shared_ptr<const Accepted> accepted_;
    /// When read_keys_again() last ran.
    std::optional<Instant> read_at_;
};

}  // namespace frontrow::http
