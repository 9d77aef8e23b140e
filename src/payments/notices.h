#pragma once

#include "base/id.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "payments/desk.h"
#include "payments/notice_refusal.h"
#include "payments/provider.h"
#include "payments/providers.h"
#include "store/store.h"

#include <string_view>
#include <vector>

namespace frontrow::payments {

/// Takes what a provider has sent by itself. Returns once everything that it says is decided and
/// durable, so that the provider needn't send it again. What is known already changes nothing, and
/// what it says of another provider's payments is refused.
///
/// Faults: those of Store::execute() and of Provider::read_notice(). If it never returns, the
/// provider sends the notice again.
io::Awaitable<Result<Result<void, NoticeRefusal>, io::Fault>> take_notice(
    store::Store& store,
    const Providers& providers,
    Desk& desk,
    std::string_view provider,
    const std::vector<NoticeHeader>& headers,
    std::string_view body,
    TraceId trace
);

}  // namespace frontrow::payments
