#pragma once

#include "payments/json_fields.h"
#include "payments/provider.h"

#include <optional>
#include <string>

namespace frontrow::payments {

// What Stripe's objects say. Each of ours carries the payment's or refund's id in its metadata; one
// that doesn't is another business's on the same account, and reads as nothing.

inline constexpr auto kPaymentField = "frontrow_payment";
inline constexpr auto kOrderField = "frontrow_order";
inline constexpr auto kRefundField = "frontrow_refund";
/// On a Payment Intent that Stripe's page makes: the buyer may try several cards there, so a
/// declined one doesn't end the payment.
inline constexpr auto kPageField = "frontrow_page";

/// The payment in the object's metadata.
std::optional<PaymentId> payment_in(const JsonObject& object);
std::optional<RefundId> refund_in(const JsonObject& object);
bool is_of_page(const JsonObject& intent);

/// `object`: a Checkout Session or a Payment Intent. The amount is 0 if Stripe names one that can't
/// be ours, so that the rules refuse it.
std::optional<Verdict> verdict_of(const JsonObject& object);

/// `dispute`: its Payment Intent must be an object, not an id.
std::optional<Verdict> verdict_of_dispute(const JsonObject& dispute);

/// What has become of a refund; nothing while it is being made.
RepaymentVerdict verdict_of_refund(const JsonObject& object, RefundId refund);

/// What was taken with a Payment Intent.
std::optional<Movement> movement_of_intent(const JsonObject& intent);
/// What has gone back with a refund. Its Payment Intent must be an object, not an id.
std::optional<Movement> movement_of_refund(const JsonObject& refund);

/// `dispute`: its Payment Intent must be an object, not an id.
std::optional<Dispute> listed_dispute(const JsonObject& dispute);

/// The reason in Stripe's error, as far as it can be told to a buyer: the bank's, or Stripe's.
std::string code_in(const JsonObject& error);

}  // namespace frontrow::payments
