#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "payments/provider.h"

#include <string>
#include <string_view>

namespace frontrow::payments {

/// The provider's reason for a decline or a failed refund, as a buyer may see it: `otherwise` if it
/// has none, or an improper one.
std::string sound_code(std::string code, const char* otherwise);

/// Whether it can be a provider's own id of a payment or refund.
bool is_sound_reference(std::string_view reference);

Verdict declined(const Charge& charge, std::string code);
RepaymentVerdict failed(const Repayment& repayment, std::string code);

/// The verdict, unless its texts aren't fit for a fact. The fault then says that nobody knows what
/// has become of the payment.
Result<Verdict, io::Fault> sound(Verdict verdict);
Result<RepaymentVerdict, io::Fault> sound(RepaymentVerdict verdict);

}  // namespace frontrow::payments
