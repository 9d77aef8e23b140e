#pragma once

#include "domain/commands.h"
#include "domain/member.h"
#include "domain/seat_plans.h"

#include <string_view>

namespace frontrow::domain {

// The rights that people have on an event.

/// Null if there is no such member.
const Member* find_member(const EventRow& event, std::string_view sub);
/// True for a member who may do everything that the event's creator may.
bool is_member_organizer(const EventRow& event, std::string_view sub);
/// True for the event's creator, a member with the role organizer, and any admin.
bool may_change(const EventRow& event, const Organizer& by);
/// True for these, and for members with the role scanner.
bool may_scan(const EventRow& event, const Organizer& by);

/// CHECKs that no member is listed twice or is the creator, and that a deleted event has none.
void verify_members(const EventRow& event);

}  // namespace frontrow::domain
