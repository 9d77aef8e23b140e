#include "payments/notices.h"

#include "payments/failed_refund.h"

#include <chrono>
#include <optional>
#include <utility>
#include <variant>

namespace frontrow::payments {
namespace {

constexpr std::chrono::minutes kTellAgain{1};
constexpr auto kRefused = "a payment provider's notice was refused";

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

/// For the log.
const char* reason_of(const domain::Refusal& refusal) {
    if (refusal.reason == domain::Reason::amount_differs)
        return "another amount or currency was taken; a person must look";
    if (refusal.reason == domain::Reason::refunded_otherwise)
        return "a refund succeeded whose money another one has given back; a person must look";
    return "we don't know the payment or refund";
}

/// For metrics.
const char* name_of(const Result<Notices::Taken, io::Fault>& result) {
    struct Table {
        const char* operator()(const UnknownProvider&) const { return "unknown_provider"; }
        const char* operator()(const NotGenuine&) const { return "not_genuine"; }
        const char* operator()(const domain::Refusal&) const { return "refused"; }
    };
    if (!result) return "failed";
    return *result ? "taken" : std::visit(Table{}, result->error());
}

}  // namespace

io::Awaitable<Result<Notices::Taken, io::Fault>> Notices::take(
    std::string_view provider,
    const std::vector<NoticeHeader>& headers,
    std::string_view body,
    TraceId trace
) {
    auto* const sender = ports_.providers.find(provider);
    // Any name can stand in the request's path, so only those that we know become labels.
    const std::string name{sender == nullptr ? "unknown" : sender->name()};
    auto result = co_await read_and_decide(sender, headers, body, trace);
    ++results_[{name, name_of(result)}];
    if (result && !*result) tell_refusal(name, result->error());
    co_return result;
}

io::Awaitable<Result<Notices::Taken, io::Fault>> Notices::read_and_decide(
    Provider* sender,
    const std::vector<NoticeHeader>& headers,
    std::string_view body,
    TraceId trace
) {
    if (sender == nullptr) co_return Taken{std::unexpected(UnknownProvider{})};
    auto reading = co_await sender->read_notice(headers, body, ports_.store.now());
    if (!reading) co_return std::unexpected(std::move(reading.error()));
    auto& notices = *reading;
    if (!notices) co_return Taken{std::unexpected(NotGenuine{std::move(notices.error())})};
    Taken taken;
    for (const auto& notice : *notices) {
        auto outcome = co_await ports_.store.execute(command_for(notice, sender->name()), trace);
        if (!outcome) co_return std::unexpected(std::move(outcome.error()));
        if (!*outcome)
            taken = std::unexpected(std::move(outcome->error()));
        else
            tell_failure(notice, sender->name());
        ports_.desk.tell(id_of(notice));
    }
    co_return taken;
}

void Notices::tell_refusal(const std::string& provider, const NoticeRefusal& refusal) {
    if (std::holds_alternative<UnknownProvider>(refusal))
        return tell_now_and_then(provider, "the settings don't name the provider");
    if (const auto* forged = std::get_if<NotGenuine>(&refusal))
        return tell_now_and_then(provider, forged->why);
    const auto* const why = reason_of(std::get<domain::Refusal>(refusal));
    ports_.log.warn(kRefused, {{"provider", provider}, {"reason", why}});
}

void Notices::tell_failure(const Notice& notice, std::string_view provider) const {
    const auto* const refund = std::get_if<domain::NoteRefund>(&notice);
    if (refund == nullptr || refund->is_done) return;
    auto news = *refund;
    news.provider = provider;
    tell_failed_refund(ports_.log, news);
}

void Notices::tell_now_and_then(const std::string& provider, const std::string& why) {
    auto& untold = untold_[provider];
    ++untold.count;
    const auto now = ports_.store.now();
    if (untold.told_at && now - *untold.told_at < kTellAgain) return;
    ports_.log.warn(
        kRefused,
        {{"provider", provider}, {"reason", why}, {"notices", std::to_string(untold.count), true}}
    );
    untold = {.told_at = now, .count = 0};
}

void Notices::measure(telemetry::Figures& figures) const {
    for (const auto& [key, total] : results_) {
        figures.count(
            "payment_notices_total",
            "Notices that payment providers have sent, by what has become of them.",
            static_cast<double>(total),
            {{"provider", key.first}, {"result", key.second}}
        );
    }
}

}  // namespace frontrow::payments
