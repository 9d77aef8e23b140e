#pragma once

#include "base/text.h"

#include <string>
#include <string_view>

namespace frontrow::wire {

/// Checks a text, which may have several lines, by the rules in base/text.h. If it breaks one,
/// returns false, and `complaint` describes a valid text.
bool check_text(std::string_view text, TextBounds bounds, std::string& complaint);

/// Brings a text from a request into the form in which it is stored. A text of kind `exact` is
/// stored as it was sent. Any other text is stored in Unicode's normal form C, in which equal
/// characters are equal bytes. Returns false, with a complaint, if check_text() refuses the text.
/// Also refuses more than 30 combining marks after one letter, unless the text is `exact`.
bool accept_text(std::string& text, TextBounds bounds, std::string& complaint);

}  // namespace frontrow::wire
