#include "http/handlers/hold_verdict.h"

#include "domain/reads.h"
#include "http/problem.h"
#include "telemetry/metrics.h"

#include <cstddef>
#include <cstdint>

namespace frontrow::http::handlers {
namespace {

using Verdict = HoldVerdicts::Verdict;

// Callers choose these, and a service may refuse what is too long.

constexpr std::size_t kTokenBytesMax = 2'048;
constexpr std::size_t kUserAgentBytesMax = 512;

std::uint64_t tickets_in(const domain::ReserveSeats& command) {
    std::uint64_t tickets = command.seats.size();
    for (const auto& item : command.items)
        tickets += item.quantity;
    return command.best ? tickets + command.best->quantity : tickets;
}

store::Awaitable<Verdict> ask(Context& context, const domain::ReserveSeats& command) {
    const wire::HoldQuestion question{
        .event = command.event,
        .user = command.user,
        .tickets = tickets_in(command),
        .address = admission::to_string(context.client),
        .user_agent = context.request.header(Header::user_agent).substr(0, kUserAgentBytesMax),
        .token = context.request.header(Header::verdict_token),
        .trace = context.trace,
    };
    co_return co_await context.services.verdicts.ask(question);
}

}  // namespace

store::Awaitable<bool> may_hold_or_fail(Context& context, const domain::ReserveSeats& command) {
    if (context.request.header(Header::verdict_token).size() > kTokenBytesMax) {
        context.fail(invalid_field("Verdict-Token", "must have at most 2,048 bytes"));
        co_return false;
    }
    const auto verdict = co_await ask(context, command);
    if (verdict == Verdict::allowed) co_return true;
    auto known = co_await context.services.store.read(domain::read_is_known, command.request.key);
    const auto* const is_known = context.value_or_fail(known);
    if (is_known == nullptr) co_return false;
    if (*is_known) co_return true;
    const bool is_refused = verdict == Verdict::refused;
    context.services.metrics.reservation(
        is_refused ? telemetry::ReservationResult::refused : telemetry::ReservationResult::error
    );
    context.fail(is_refused ? refused_by_verdict() : no_verdict());
    co_return false;
}

}  // namespace frontrow::http::handlers
