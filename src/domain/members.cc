#include "domain/members.h"

#include "base/check.h"

#include <algorithm>

namespace frontrow::domain {

const Member* find_member(const EventRow& event, std::string_view sub) {
    const auto& members = event.members.get();
    const auto found = std::ranges::find(members, sub, &Member::sub);
    return found == members.end() ? nullptr : &*found;
}

bool is_member_organizer(const EventRow& event, std::string_view sub) {
    const auto* member = find_member(event, sub);
    return member != nullptr && member->role == MemberRole::organizer;
}

bool may_change(const EventRow& event, const Organizer& by) {
    return by.is_admin || event.event.created_by == by.sub || is_member_organizer(event, by.sub);
}

bool may_scan(const EventRow& event, const Organizer& by) {
    return may_change(event, by) || find_member(event, by.sub) != nullptr;
}

void verify_members(const EventRow& event) {
    const auto& members = event.members.get();
    CHECK(!event.deleted || members.empty());
    for (const auto& member : members) {
        CHECK(member.sub != event.event.created_by);
        CHECK(find_member(event, member.sub) == &member);
    }
}

}  // namespace frontrow::domain
