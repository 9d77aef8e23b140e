#pragma once

#include "base/instant.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::domain {

/// What a member may do with the event. An organizer may do everything that the creator may. A
/// scanner may check tickets in.
enum class MemberRole : std::uint8_t { scanner, organizer };

constexpr std::string_view name_of(MemberRole role) {
    switch (role) {
        case MemberRole::scanner:
            return "scanner";
        case MemberRole::organizer:
            return "organizer";
    }
}
constexpr std::array<MemberRole, 2> choices(MemberRole) {
    return {MemberRole::scanner, MemberRole::organizer};
}

/// A person who has rights on one event without having created it.
struct Member {
    std::string sub;
    MemberRole role = MemberRole::scanner;
    /// Stays the same when the role changes.
    Instant added_at;

    friend bool operator==(const Member&, const Member&) = default;
};

/// The result of AddMember.
struct AddedMember {
    Member member;
    /// False if the person was a member already, with this role or another.
    bool is_new = false;

    friend bool operator==(const AddedMember&, const AddedMember&) = default;
};

/// The most members that an event may have.
inline constexpr std::size_t kMembersMax = 100;

}  // namespace frontrow::domain
