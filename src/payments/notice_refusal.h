#pragma once

#include "domain/refusal.h"

#include <string>
#include <variant>

namespace frontrow::payments {

/// The settings name no provider of this name.
struct UnknownProvider {};
/// The provider didn't send this notice, or sent it too long ago.
struct NotGenuine {
    /// It names no secret.
    std::string why;
};
/// Why a notice wasn't taken. A refusal of the domain says that the notice doesn't fit what the
/// provider was asked, for example because of another amount.
using NoticeRefusal = std::variant<UnknownProvider, NotGenuine, domain::Refusal>;

}  // namespace frontrow::payments
