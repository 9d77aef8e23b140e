#pragma once

#include "domain/ticket.h"
#include "http/handlers/replies.h"
#include "wire/holder.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http::handlers {

// What is known about the people who will use tickets, each in a side record. The record of a
// ticket counts only for the account that wrote it.

inline constexpr std::string_view kHolders = "holder/";

/// The details of each ticket's holder, in the order of the tickets. Empty for a ticket whose event
/// asks nothing. Faults: those of the side records; corrupt if a record can't be read.
store::Awaitable<Result<std::vector<wire::HolderDetails>, io::Fault>>
read_holders(const Services& services, const std::vector<domain::TicketView>& tickets);

/// Keeps these details of the ticket's holder, in place of those that were kept, durably.
store::Awaitable<Result<void, io::Fault>> keep_holder(
    const Services& services,
    const domain::TicketView& ticket,
    wire::HolderDetails details
);

/// Erases what is kept about somebody who had the ticket before. If it can't be erased, it is left
/// over, and counts for nobody.
store::Awaitable<void>
erase_former_holder(const Services& services, const domain::TicketView& ticket);

}  // namespace frontrow::http::handlers
