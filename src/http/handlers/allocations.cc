#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "identity/access_code.h"
#include "wire/entity_json.h"
#include "wire/requests.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

// Allocations: seats and units that an organiser holds back by name, and the codes that open them.

namespace frontrow::http::handlers {
namespace {

/// The allocation's name, the second {…} part of the path. If it isn't a valid name, answers with
/// an error and returns nothing.
std::optional<std::string> allocation_name_or_fail(Context& context) {
    auto name = wire::accept_allocation_name(context.path_parts[1]);
    if (name) return *std::move(name);
    auto& wrong = name.error();
    context.fail(invalid_field(std::move(wrong.field), std::move(wrong.message)));
    return std::nullopt;
}

/// In ascending order, so that the same codes in another order are the same request.
domain::AccessCodes digests_of(EventId event, const wire::AccessCodeTexts& codes) {
    io::Sha256 sha;
    domain::AccessCodes digests;
    digests.reserve(codes.size());
    for (const auto& code : codes)
        digests.push_back(identity::digest_access_code(sha, event, code));
    std::ranges::sort(digests);
    return digests;
}

/// Runs `parse`, on a worker if the body of the request is long.
template <class Parse>
Awaitable<std::invoke_result_t<Parse&>> parse_body(Context& context, Parse parse) {
    if (context.request.body.size() <= kBodyOnOwnerMax) co_return parse();
    co_return co_await context.services.workers.run(parse);
}

/// An allocation that a request asks for.
struct WantedAllocation {
    domain::Allocation allocation;
    /// A digest of all of it, if the request has an idempotency key.
    std::string content;
};

Result<WantedAllocation, wire::ParseError>
parse_allocation(EventId event, std::string_view body, bool has_key) {
    auto request = wire::parse_allocation_request(body);
    if (!request) return std::unexpected(std::move(request.error()));
    WantedAllocation wanted{.allocation = std::move(request->allocation), .content = {}};
    wanted.allocation.codes = digests_of(event, request->access_codes);
    // The same seats in another order are the same request, too, and get the same answer.
    std::ranges::sort(wanted.allocation.seats);
    if (has_key) wanted.content = digest_of_content(wire::canonical(wanted.allocation));
    return wanted;
}

/// Approximate sizes of an allocation as JSON, without its seats, and of each of its seats.
constexpr std::size_t kAllocationBytes = 512;
constexpr std::size_t kSeatIdBytes = 39;

/// Reserves memory for an answer with this many seats. If there is no room, answers with an error
/// and returns false.
bool room_for_allocations_or_fail(Context& context, std::size_t allocations, std::size_t seats) {
    return seats <= kSeatsOnOwnerMax ||
           take_room_or_fail(context, allocations * kAllocationBytes + seats * kSeatIdBytes);
}

Awaitable<void> reply_allocation(Context& context, const domain::AllocationView& view) {
    auto render = [&](std::string& out) { wire::append_allocation(out, view); };
    co_await render_body(context, view.allocation->seats.size(), render);
}

/// Says that nothing was held back where other requests are told that nothing was reserved.
Problem problem_of_holding_back(const domain::Refusal& refusal) {
    constexpr std::string_view kReserved = "nothing was reserved";
    auto problem = problem_of(refusal);
    if (const auto at = problem.message.rfind(kReserved); at != std::string::npos)
        problem.message.replace(at, kReserved.size(), "nothing was held back");
    return problem;
}

}  // namespace

Awaitable<void> add_allocation(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    const bool has_key = !context.request.header(Header::idempotency_key).empty();
    auto parse = [&] { return parse_allocation(*id, context.request.body, has_key); };
    auto wanted = co_await parse_body(context, parse);
    if (context.value_or_fail(wanted) == nullptr) co_return;
    if (!room_for_allocations_or_fail(context, 1, wanted->allocation.seats.size())) co_return;
    domain::AddAllocation command{
        .event = *id,
        .by = context.organizer(),
        .allocation = std::move(wanted->allocation),
    };
    if (!mark_or_fail(context, command.request, [&] { return wanted->content; })) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (result && !*result) co_return context.fail(problem_of_holding_back(result->error()));
    const auto* added = entity_or_fail<domain::AllocationView>(context, result);
    if (added == nullptr) co_return;
    context.response.status = 201;
    co_await reply_allocation(context, *added);
}

Awaitable<void> list_allocations(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto found =
        co_await context.services.store.read(domain::read_allocations, *id, context.organizer());
    const auto* allocations = found_or_fail(context, found, "event");
    if (allocations == nullptr) co_return;
    std::size_t seats = 0;
    for (const auto& view : *allocations)
        seats += view.allocation->seats.size();
    if (!room_for_allocations_or_fail(context, allocations->size(), seats)) co_return;
    auto render = [&](std::string& out) {
        append_list(out, *allocations, wire::append_allocation);
    };
    co_await render_body(context, seats, render);
}

Awaitable<void> change_allocation(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto name = allocation_name_or_fail(context);
    if (!name) co_return;
    auto parse = [&]() -> Result<domain::AllocationChange, wire::ParseError> {
        auto request = wire::parse_allocation_change_request(context.request.body);
        if (!request) return std::unexpected(std::move(request.error()));
        if (const auto& codes = request->access_codes)
            request->change.codes = digests_of(*id, *codes);
        return std::move(request->change);
    };
    auto change = co_await parse_body(context, parse);
    if (context.value_or_fail(change) == nullptr) co_return;
    domain::ChangeAllocation command{
        .event = *id,
        .by = context.organizer(),
        .name = *std::move(name),
        .change = *std::move(change),
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (const auto* changed = entity_or_fail<domain::AllocationView>(context, result))
        co_await reply_allocation(context, *changed);
}

Awaitable<void> end_allocation(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto name = allocation_name_or_fail(context);
    if (!name) co_return;
    domain::EndAllocation command{
        .event = *id,
        .by = context.organizer(),
        .name = *std::move(name),
    };
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    if (entity_or_fail<std::monostate>(context, result) != nullptr) context.response.status = 204;
}

}  // namespace frontrow::http::handlers
