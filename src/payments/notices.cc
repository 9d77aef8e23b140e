#include "payments/notices.h"

#include <optional>
#include <utility>
#include <variant>

namespace frontrow::payments {
namespace {

domain::Command command_for(const Notice& notice, std::string_view provider) {
    return std::visit(
        [provider](auto command) {
            command.provider = provider;
            return domain::Command{std::move(command)};
        },
        notice
    );
}

/// The id of the payment or refund.
Bits128 id_of(const Notice& notice) {
    if (const auto* payment = std::get_if<domain::NotePayment>(&notice))
        return payment->payment.bits();
    return std::get<domain::NoteRefund>(notice).refund.bits();
}

}  // namespace

io::Awaitable<Result<Result<void, NoticeRefusal>, io::Fault>> take_notice(
    store::Store& store,
    const Providers& providers,
    Desk& desk,
    std::string_view provider,
    const std::vector<NoticeHeader>& headers,
    std::string_view body,
    TraceId trace
) {
    using Taken = Result<void, NoticeRefusal>;
    auto* const sender = providers.find(provider);
    if (sender == nullptr) co_return Taken{std::unexpected(UnknownProvider{})};
    auto reading = co_await sender->read_notice(headers, body, store.now());
    if (!reading) co_return std::unexpected(std::move(reading.error()));
    auto& notices = *reading;
    if (!notices) co_return Taken{std::unexpected(NotGenuine{std::move(notices.error())})};
    Taken taken;
    for (const auto& notice : *notices) {
        auto outcome = co_await store.execute(command_for(notice, provider), trace);
        if (!outcome) co_return std::unexpected(std::move(outcome.error()));
        if (!*outcome) taken = std::unexpected(std::move(outcome->error()));
        desk.tell(id_of(notice));
    }
    co_return taken;
}

}  // namespace frontrow::payments
