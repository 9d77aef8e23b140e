#include "http/handlers/holders.h"

#include "http/handlers/side_values.h"
#include "wire/ticket_json.h"

#include <cstddef>
#include <utility>

namespace frontrow::http::handlers {
namespace {

using domain::TicketView;
using wire::HolderDetails;

std::string name_of_holder(domain::TicketId id) {
    return std::string{kHolders} + wire::text_of(id);
}

/// What the record says of this ticket's holder.
Result<HolderDetails, io::Fault>
details_in(const Services& services, const TicketView& ticket, const std::string& value) {
    auto record = wire::parse_holder_record(value);
    if (!record)
        return std::unexpected(
            unreadable_record(services.log, name_of_holder(ticket.id), "a holder can't be read")
        );
    if (record->user != ticket.holder) return HolderDetails{};
    return std::move(record->details);
}

}  // namespace

store::Awaitable<Result<std::vector<HolderDetails>, io::Fault>>
read_holders(const Services& services, const std::vector<TicketView>& tickets) {
    std::vector<HolderDetails> all(tickets.size());
    std::vector<std::size_t> asked;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < tickets.size(); ++i) {
        if (tickets[i].asks.empty()) continue;
        asked.push_back(i);
        names.push_back(name_of_holder(tickets[i].id));
    }
    if (asked.empty()) co_return all;
    auto values = co_await read_side_values(services.payments.records, kHolders, std::move(names));
    if (!values) co_return std::unexpected(std::move(values.error()));
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (!(*values)[i]) continue;
        auto details = details_in(services, tickets[asked[i]], *(*values)[i]);
        if (!details) co_return std::unexpected(std::move(details.error()));
        all[asked[i]] = *std::move(details);
    }
    co_return all;
}

store::Awaitable<Result<void, io::Fault>>
keep_holder(const Services& services, const TicketView& ticket, HolderDetails details) {
    std::optional<std::string> value;
    if (!details.is_empty()) value = wire::holder_record(details, ticket.holder);
    SideRewrite next = [&value](const auto&) { return value; };
    co_return co_await rewrite_side_value(
        services.payments.records, name_of_holder(ticket.id), std::move(next)
    );
}

store::Awaitable<void> erase_former_holder(const Services& services, const TicketView& ticket) {
    SideRewrite next = [&ticket](const std::optional<std::string>& value) {
        const auto record = value ? wire::parse_holder_record(*value).value_or(wire::HolderRecord{})
                                  : wire::HolderRecord{};
        return record.user == ticket.holder ? value : std::nullopt;
    };
    const auto name = name_of_holder(ticket.id);
    const auto done = co_await rewrite_side_value(services.payments.records, name, std::move(next));
    if (!done)
        services.log.warn(
            "the former holder of a transferred ticket is left over",
            {{"record", name}, {"error", done.error().what}}
        );
}

}  // namespace frontrow::http::handlers
