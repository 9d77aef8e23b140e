#include "http/ticket_codes.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace frontrow::http {
namespace {

using io::Fault;
using io::FaultKind;

/// Bounds what those who ask for the keys, who may be anybody, cost the store.
constexpr std::chrono::seconds kKeysGoodFor{10};

std::unexpected<Fault> not_compared_yet() {
    return std::unexpected(
        Fault{FaultKind::unavailable, "the keys for tickets haven't been compared with the store's"}
    );
}

bool has_unknown_key(const TicketCodes::Checked& checked) {
    return !checked && checked.error() == tickets::CodeFlaw::unknown_key;
}

}  // namespace

void TicketCodes::sign_with(const tickets::PrivateKey& key, BeforeSigning before_signing) {
    signer_ = std::make_shared<const tickets::CodeSigner>(key);
    before_signing_ = std::move(before_signing);
}

void TicketCodes::accept(const tickets::KeyRing& ring) {
    accepted_ = std::make_shared<const Accepted>(ring.public_keys());
}

io::Awaitable<Result<std::vector<std::string>, Fault>> TicketCodes::sign(
    std::vector<tickets::CodeContents> contents
) {
    const auto signer = signer_;
    if (signer == nullptr)
        co_return std::unexpected(Fault{FaultKind::unusable, "there is no key to sign with"});
    if (accepted_ == nullptr) co_return not_compared_yet();
    if (before_signing_) {
        const auto registered = co_await before_signing_();
        if (!registered) co_return std::unexpected(registered.error());
    }
    auto work = [&] {
        std::vector<std::string> codes;
        codes.reserve(contents.size());
        for (const auto& one : contents)
            codes.push_back(signer->sign(one));
        return codes;
    };
    co_return co_await ports_.workers.run(work);
}

io::Awaitable<Result<std::vector<TicketCodes::Checked>, Fault>> TicketCodes::check(
    std::vector<std::string> codes
) {
    if (accepted_ == nullptr) co_return not_compared_yet();
    auto accepted = accepted_;
    std::vector<Checked> all(codes.size(), std::unexpected(tickets::CodeFlaw::unknown_key));
    auto work = [&] {
        for (std::size_t i = 0; i < codes.size(); ++i)
            if (has_unknown_key(all[i])) all[i] = accepted->verifier.verify(codes[i]);
        return std::ranges::any_of(all, has_unknown_key);
    };
    const bool lacks_key = co_await ports_.workers.run(work);
    if (!lacks_key) co_return all;
    const auto again = co_await read_keys_again();
    if (!again) co_return std::unexpected(again.error());
    if (accepted == accepted_) co_return all;
    accepted = accepted_;
    (void)co_await ports_.workers.run(work);
    co_return all;
}

io::Awaitable<Result<std::vector<tickets::PublicKey>, Fault>> TicketCodes::public_keys() {
    if (accepted_ == nullptr) co_return not_compared_yet();
    // Failing to ask isn't worth a refusal: issued tickets seldom have a key of the last seconds.
    if (!read_at_ || ports_.store.now() - *read_at_ >= kKeysGoodFor)
        (void)co_await read_keys_again();
    co_return accepted_->keys;
}

io::Awaitable<Result<void, Fault>> TicketCodes::read_keys_again() {
    read_at_ = ports_.store.now();
    const auto found = co_await ports_.records.find(std::string{tickets::kKeyRegistryRecord});
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return Result<void, Fault>{};
    const auto registry = tickets::parse_registry((*found)->value);
    if (!registry) {
        ports_.log.error(
            "the record of the keys for tickets is damaged", {{"error", registry.error().why}}
        );
        co_return std::unexpected(Fault{FaultKind::corrupt, registry.error().why});
    }
    const auto keys = registry->ring.public_keys();
    if (keys != accepted_->keys) accept(registry->ring);
    co_return Result<void, Fault>{};
}

}  // namespace frontrow::http
