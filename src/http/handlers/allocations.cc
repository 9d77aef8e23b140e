#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "identity/access_code.h"
#include "wire/entity_json.h"
#include "wire/requests.h"

#include <algorithm>
#include <optional>
#include <string>
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

/// In ascending order, so that the same codes in another order are the same.
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

/// Approximate sizes of an allocation as JSON, without its seats, and of each of its seats.
constexpr std::size_t kAllocationBytes = 512;
constexpr std::size_t kSeatIdBytes = 39;

}  // namespace

Awaitable<void> add_allocation(Context& context) {
    const auto id = context.path_id<EventId>();
    if (!id) co_return;
    auto parse = [&]() -> Result<domain::Allocation, wire::ParseError> {
        auto request = wire::parse_allocation_request(context.request.body);
        if (!request) return std::unexpected(std::move(request.error()));
        request->allocation.codes = digests_of(*id, request->access_codes);
        return std::move(request->allocation);
    };
    auto allocation = co_await parse_body(context, parse);
    if (context.value_or_fail(allocation) == nullptr) co_return;
    domain::AddAllocation command{
        .event = *id,
        .by = context.organizer(),
        .allocation = *std::move(allocation),
    };
    const auto content = [&] { return wire::canonical(command.allocation); };
    if (!mark_or_fail(context, command.request, content)) co_return;
    auto result = co_await context.services.store.execute(std::move(command), context.trace);
    const auto* added = entity_or_fail<domain::AllocationView>(context, result);
    if (added == nullptr) co_return;
    context.response.status = 201;
    wire::append_allocation(context.response.body, *added);
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
    const auto bytes = allocations->size() * kAllocationBytes + seats * kSeatIdBytes;
    if (seats > kSeatsOnOwnerMax && !take_room_or_fail(context, bytes)) co_return;
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
        wire::append_allocation(context.response.body, *changed);
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
