#include "domain/decide_rules.h"
#include "domain/members.h"

#include <utility>

namespace frontrow::domain {

template <>
Decision decide_one(const Inventory& inventory, const AddMember& command, Instant now) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    // If the first request added the member, they are returned as they were then. If it changed
    // their role, they are returned as they are now.
    const auto as_told = [&](const RequestRow& before) {
        if (before.made == 1) {
            AddedMember added{{command.sub, command.role, before.at}, true};
            return accept(std::move(added), inventory.last_seq());
        }
        if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
        const auto* member = find_member(*row, command.sub);
        return member == nullptr ? refuse(Reason::member_not_found, row->last_seq())
                                 : accept(AddedMember{.member = *member}, row->last_seq());
    };
    if (auto again = replay(inventory, given(command.request), RequestKind::member, now, as_told))
        return *std::move(again);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (command.sub == row->event.created_by)
        return refuse(Reason::creator_as_member, row->last_seq());
    const auto* known = find_member(*row, command.sub);
    const bool is_so = known != nullptr && known->role == command.role;
    // A request with an idempotency key is recorded as a fact even if nothing changes, so that the
    // key can't be used for another request.
    if (is_so && !command.request) return accept(AddedMember{.member = *known}, row->last_seq());
    if (known == nullptr && row->members.get().size() >= kMembersMax) {
        return refuse_limit(
            Reason::too_many_members, static_cast<std::int64_t>(kMembersMax), row->last_seq()
        );
    }

    AddedMember added{
        .member =
            {.sub = command.sub,
             .role = command.role,
             .added_at = known == nullptr ? now : known->added_at},
        .is_new = known == nullptr,
    };
    return accept(
        std::move(added),
        command.event,
        MemberAdded{command.sub, command.role, command.request, command.by.sub}
    );
}

template <>
Decision decide_one(const Inventory& inventory, const RemoveMember& command, Instant) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (find_member(*row, command.sub) == nullptr)
        return refuse(Reason::member_not_found, row->last_seq());
    return accept(std::monostate{}, command.event, MemberRemoved{command.sub, command.by.sub});
}

}  // namespace frontrow::domain
