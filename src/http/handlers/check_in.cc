#include "http/handlers/handlers.h"
#include "http/handlers/holders.h"
#include "http/handlers/replies.h"
#include "http/ticket_codes.h"
#include "wire/ticket_json.h"
#include "wire/ticket_requests.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Gates, which let people in with their tickets.

namespace frontrow::http::handlers {
namespace {

using domain::CheckedTicket;
using domain::ScannedCode;

/// Whether the caller may use the scanners' routes: by their role, or as a member of the event that
/// the request is about. If not, answers with an error and returns false. Whether a ticket's event
/// is theirs, the store decides.
Awaitable<bool> may_scan_or_fail(Context& context, std::optional<EventId> event) {
    using identity::Role;
    if (context.principal.role >= Role::scanner) co_return true;
    if (event) {
        auto found = co_await context.services.store.read(
            domain::read_may_scan, *event, context.organizer()
        );
        const auto* may = context.value_or_fail(found);
        if (may == nullptr) co_return false;
        if (*may) co_return true;
    }
    context.fail(needs_role(identity::name_of(Role::scanner)));
    co_return false;
}

std::string_view verdict_of(tickets::CodeFlaw flaw) {
    switch (flaw) {
        case tickets::CodeFlaw::not_a_code:
            return "invalid";
        case tickets::CodeFlaw::unknown_key:
        case tickets::CodeFlaw::forged:
            return "forged";
    }
}

ScannedCode scanned(const tickets::CodeContents& contents, domain::TicketScan scan) {
    return {
        .ticket = {ReservationId{contents.reservation}, contents.number},
        .event = EventId{contents.event},
        .issue = contents.issue,
        .scan = std::move(scan),
    };
}

/// Brings the scans to the store. If it refuses them all, answers with an error and returns
/// nothing.
Awaitable<std::optional<std::vector<CheckedTicket>>>
check_in_or_fail(Context& context, std::optional<EventId> event, std::vector<ScannedCode> scans) {
    domain::CheckInTickets command{
        .by = context.organizer(),
        .event = event,
        .scans = std::make_shared<const std::vector<ScannedCode>>(std::move(scans)),
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    auto* checked = entity_or_fail<std::vector<CheckedTicket>>(context, result);
    if (checked == nullptr) co_return std::nullopt;
    co_return std::move(*checked);
}

wire::ScanVerdict
verdict_on(ScanId scan, const TicketCodes::Checked& code, const CheckedTicket* checked) {
    if (!code) return {.scan = scan, .verdict = verdict_of(code.error()), .checked = {}};
    return {
        .scan = scan,
        .verdict = name_of(checked->verdict),
        .checked = *checked,
        .place = code->place,
        .gate = code->gate,
    };
}

/// The name of the person who may use the ticket; empty if the event doesn't ask for it, or it
/// isn't known. Also if it can't be read: the person is in already.
Awaitable<std::string> holder_name(const Services& services, domain::TicketId id) {
    auto found = co_await services.store.read(domain::read_known_ticket, id);
    if (!found || !*found || !(*found)->asks.holder_name()) co_return std::string{};
    const std::vector<domain::TicketView> one{**std::move(found)};
    auto holders = co_await read_holders(services, one);
    co_return holders ? std::move(holders->front().name) : std::string{};
}

Awaitable<Result<wire::CheckInBatchRequest, wire::ParseError>> parse_batch(Context& context) {
    auto parse = [&] { return wire::parse_check_in_batch_request(context.request.body); };
    if (context.request.body.size() <= kBodyOnOwnerMax) co_return parse();
    co_return co_await context.services.workers.run(parse);
}

}  // namespace

Awaitable<void> check_in(Context& context) {
    auto request = wire::parse_check_in_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    if (!co_await may_scan_or_fail(context, request->event)) co_return;
    auto& services = context.services;
    std::vector<std::string> texts{std::move(request->code)};
    auto codes = co_await services.ticket_codes.check(std::move(texts));
    if (context.value_or_fail(codes) == nullptr) co_return;
    const auto& code = codes->front();
    if (!code) {
        services.metrics.check_in(verdict_of(code.error()));
        co_return context.fail(problem_of(code.error()));
    }
    std::optional<domain::RequestMark> mark;
    if (!mark_or_fail(context, mark, [] { return std::string{}; })) co_return;
    // A repeated request under a key is a scan that is told again.
    const auto made = mark ? ScanId{mark->key} : services.ids.next<ScanId>();
    const auto id = request->scan.value_or(made);
    domain::TicketScan scan{.id = id, .at = domain::kScannedNow, .gate = std::move(request->gate)};
    std::vector<ScannedCode> scans{scanned(*code, std::move(scan))};
    const auto all = co_await check_in_or_fail(context, request->event, std::move(scans));
    if (!all) co_return;
    const auto& checked = all->front();
    services.metrics.check_in(name_of(checked.verdict));
    if (auto problem = problem_of(checked)) co_return context.fail(*std::move(problem));
    if (checked.is_repeated) context.response.add_header("Idempotency-Replayed", "true");
    auto verdict = verdict_on(id, code, &checked);
    verdict.holder_name = co_await holder_name(services, checked.ticket);
    wire::append_verdict(context.response.body, verdict);
}

Awaitable<void> check_in_batch(Context& context) {
    auto request = co_await parse_batch(context);
    if (context.value_or_fail(request) == nullptr) co_return;
    if (!co_await may_scan_or_fail(context, request->event)) co_return;
    auto& services = context.services;
    std::vector<std::string> texts;
    for (auto& one : request->scans)
        texts.push_back(std::move(one.code));
    auto codes = co_await services.ticket_codes.check(std::move(texts));
    if (context.value_or_fail(codes) == nullptr) co_return;
    std::vector<ScannedCode> scans;
    for (std::size_t i = 0; i < codes->size(); ++i) {
        auto& [text, id, at, gate] = request->scans[i];
        if (const auto& code = (*codes)[i])
            scans.push_back(scanned(*code, {.id = id, .at = at, .gate = std::move(gate)}));
    }
    const auto all = co_await check_in_or_fail(context, request->event, std::move(scans));
    if (!all) co_return;
    std::vector<wire::ScanVerdict> verdicts;
    auto checked = all->begin();
    for (std::size_t i = 0; i < codes->size(); ++i) {
        const auto& code = (*codes)[i];
        const auto* const its = code ? &*checked++ : nullptr;
        verdicts.push_back(verdict_on(request->scans[i].id, code, its));
        services.metrics.check_in(verdicts.back().verdict);
    }
    reply_list(context, verdicts, wire::append_verdict);
}

Awaitable<void> count_check_ins(Context& context) {
    const auto event = EventId::parse(context.path_parts[0]);
    if (!co_await may_scan_or_fail(context, event)) co_return;
    if (!context.path_id<EventId>()) co_return;
    auto found =
        co_await context.services.store.read(domain::read_check_ins, *event, context.organizer());
    if (const auto* report = found_or_fail(context, found, "event"))
        wire::append_check_ins(context.response.body, *event, *report);
}

}  // namespace frontrow::http::handlers
