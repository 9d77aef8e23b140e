#pragma once

#include "base/text.h"

#include <string>
#include <string_view>

namespace frontrow::wire {

/// Complains of what base/text.h finds in a text that may have several lines.
bool check_text(std::string_view text, TextBounds bounds, std::string& complaint);

/// Makes of a text that came with a request what is kept of it: one for people is put into
/// Unicode's normal form C, so that what is the same character is the same bytes. False, with a
/// complaint, where check_text() complains of it, or where more than 30 marks follow upon one
/// letter.
bool accept_text(std::string& text, TextBounds bounds, std::string& complaint);

}  // namespace frontrow::wire
