#pragma once

#include "payments/provider.h"
#include "payments/provider_calls.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::payments {

class StripeApi;
struct StripeAnswer;

/// Stripe. Without a token the buyer pays on Stripe's page (a Checkout Session); with a token, the
/// Payment Method's id, the card is charged at once (a Payment Intent).
///
/// Stripe remembers a key for 24 hours at least, and repeats whatever it has answered, even an
/// error (500). So the id is recorded as soon as it is known, and from then on the payment itself
/// is looked at. A charge whose id isn't known is asked for again under its key. If that fails when
/// it is abandoned, or from an hour after its end on, it is looked for in Stripe's list. And before
/// a refund is asked for, the refunds of its payment are listed.
class Stripe final : public Provider {
public:
    static constexpr std::string_view kName = "stripe";
    static constexpr auto kApi = "https://api.stripe.com";

    struct Settings {
        /// Of the API, without a slash at its end.
        std::string url = kApi;
        std::string secret_key;
        std::string webhook_secret;
    };

    Stripe(ProviderWorld world, Settings settings);
    ~Stripe() override;

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
    /// Makes what the charge is about, a Checkout Session or a Payment Intent, which takes no money
    /// yet. Asked again, Stripe answers with the same one.
    io::Awaitable<Result<StripeAnswer, io::Fault>> make(Charge charge, std::int64_t amount);
    /// Takes the money with a Payment Intent.
    io::Awaitable<Result<Verdict, io::Fault>> confirm(Charge charge, std::string intent);
    io::Awaitable<Result<Verdict, io::Fault>> get(Charge charge, std::string id);
    /// Expires a Checkout Session or cancels a Payment Intent.
    io::Awaitable<Result<Verdict, io::Fault>> end(Charge charge, std::string id);
    /// The id of the Payment Intent that has the charge in its metadata; empty if there is none
    /// that can have taken money.
    io::Awaitable<Result<std::string, io::Fault>> find(Charge charge);
    /// The id of the Payment Intent whose money is to go back. Empty if there never will be one: a
    /// person has settled the payment as succeeded, and Stripe has taken nothing.
    io::Awaitable<Result<std::string, io::Fault>> intent_of(Repayment repayment);
    /// Asks for a refund that Stripe doesn't list yet.
    io::Awaitable<Result<RepaymentVerdict, io::Fault>>
    ask_refund(Repayment repayment, std::string intent);
    /// Asks for the dispute as it stands now: the event that it has closed may come before the one
    /// that it was opened.
    io::Awaitable<Result<NoticeReading, io::Fault>> read_dispute(std::string id);
    /// The same for a refund, which may fail after it has succeeded.
    io::Awaitable<Result<NoticeReading, io::Fault>> read_refund(std::string id);

    std::unique_ptr<StripeApi> api_;
    std::string webhook_secret_;
};

}  // namespace frontrow::payments
