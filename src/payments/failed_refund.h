#pragma once

#include "domain/commands.h"
#include "telemetry/log.h"

#include <string>

namespace frontrow::payments {

/// Logs, as an error, that a provider has refused a refund for good, or that its money has come
/// back: a person must look after the buyer.
inline void tell_failed_refund(const telemetry::Log& log, const domain::NoteRefund& news) {
    log.error(
        "a payment provider refused a refund for good; the money is still ours",
        {{"provider", news.provider}, {"refund", news.refund.to_string()}, {"code", news.code}}
    );
}

}  // namespace frontrow::payments
