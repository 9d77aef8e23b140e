#pragma once

#include "payments/provider.h"

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::payments {

// The messages of the contract with a provider of somebody else's (docs/payments.md).

/// `type`: `charge`, `look_up` or `abandon`.
std::string message_about(const std::string& type, const Charge& charge);
std::string message_about(const Repayment& repayment);
std::string message_for_movements(const std::string& from);

/// The answer says that the provider has never heard of what it was asked about.
bool is_unknown(std::string_view answer);
// Each returns nothing if the answer isn't as the contract says.
std::optional<Verdict> verdict_in(std::string_view answer, PaymentId payment);
std::optional<RepaymentVerdict> refund_verdict_in(std::string_view answer, RefundId refund);
std::optional<Movements> movements_in(std::string_view answer);

/// What a notice says, which was signed at that time. Refuses with a reason one that the contract
/// doesn't know.
NoticeReading notices_in(std::string_view notice, Instant signed_at);

}  // namespace frontrow::payments
