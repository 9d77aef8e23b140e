#pragma once

#include "base/text.h"

#include <string>
#include <string_view>

namespace frontrow::wire {

/// Whether a text, which may have several lines, passes the check in base/text.h. If not,
/// `complaint` says what would be right.
bool check_text(std::string_view text, TextBounds bounds, std::string& complaint);

/// Prepares a text from a request for storage. A text for people is put into Unicode's normal form
/// C, so that equal characters are equal bytes. Returns false, with a complaint, if check_text()
/// refuses the text or if more than 30 combining marks follow one letter.
bool accept_text(std::string& text, TextBounds bounds, std::string& complaint);

}  // namespace frontrow::wire
