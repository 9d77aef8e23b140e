#pragma once

#include "payments/notice_signature.h"
#include "payments/provider.h"
#include "payments/provider_calls.h"

#include <string>
#include <string_view>
#include <vector>

namespace frontrow::payments {

/// A provider of somebody else's: we send it signed messages, and it answers. The contract is in
/// docs/payments.md.
class WebhookProvider final : public Provider {
public:
    static constexpr std::string_view kName = "webhook";

    struct Settings {
        /// Where all messages are sent to.
        std::string url;
        /// Signs our messages and its notices: base64, with or without `whsec_` before it.
        std::string secret;
    };

    WebhookProvider(ProviderWorld world, Settings settings);

    io::Awaitable<void> close() override;
    std::string_view name() const override { return kName; }
    io::Awaitable<Result<Verdict, io::Fault>> charge(Charge charge) override;
    io::Awaitable<Result<Verdict, io::Fault>> look_up(Charge charge) override;
    io::Awaitable<Result<Verdict, io::Fault>> abandon(Charge charge) override;
    io::Awaitable<Result<RepaymentVerdict, io::Fault>> repay(Repayment repayment) override;
    io::Awaitable<Result<Movements, io::Fault>> list_movements(std::string from) override;
    io::Awaitable<Result<NoticeReading, io::Fault>>
    read_notice(std::vector<NoticeHeader> headers, std::string_view body, Instant now) override;

private:
    /// Returns the body of an answer with status 200. `id` names the message: what takes or gives
    /// back money has the same one however often it is sent.
    io::Awaitable<Result<std::string, io::Fault>> send(std::string id, std::string body);
    /// For messages that only ask, or that do no harm twice.
    std::string new_id();

    std::string url_;
    StandardSigner signer_;
    ProviderCalls calls_;
};

}  // namespace frontrow::payments
