#include "wire/accepted_text.h"

#include "base/check.h"
#include "base/utf8.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <utf8proc.h>

namespace frontrow::wire {
namespace {

/// The most combining marks in a row, as in Unicode's stream-safe format (UAX #15). Normalisation
/// sorts them, which takes quadratic time.
constexpr std::size_t kMarksMax = 30;
/// No character decomposes into more than four (UAX #15). So a text with more than four times the
/// allowed number of characters would be too long even after normalisation; it is refused before.
constexpr std::size_t kDecomposedMax = 4;

const utf8proc_uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

bool has_too_many_marks(std::string_view text) {
    std::size_t marks = 0;
    while (!text.empty()) {
        utf8proc_int32_t character = 0;
        const auto size = utf8proc_iterate(
            bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &character
        );
        CHECK(size > 0);
        marks = utf8proc_get_property(character)->combining_class == 0 ? 0 : marks + 1;
        if (marks > kMarksMax) return true;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return false;
}

std::string normal_form_c(std::string_view text) {
    utf8proc_uint8_t* made = nullptr;
    const auto size = utf8proc_map(
        bytes_of(text),
        static_cast<utf8proc_ssize_t>(text.size()),
        &made,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE)
    );
    CHECK(size >= 0);
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner{made, &std::free};
    return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)};
}

/// Describes what a valid text looks like, for the client: "must be UTF-8".
std::string complaint_of(TextFlaw flaw, TextBounds bounds) {
    switch (flaw) {
        case TextFlaw::not_utf8:
            return "must be UTF-8";
        case TextFlaw::wrong_length:
            return "must be " + std::to_string(bounds.min) + " to " + std::to_string(bounds.max) +
                   " characters long";
        case TextFlaw::control_character:
            return "must not contain control characters";
        case TextFlaw::invisible:
            return "must contain visible characters, not only blanks and invisible ones";
        case TextFlaw::blank:
            return "must not begin or end with a blank, nor have two in a row";
        case TextFlaw::invisible_character:
            return "must not contain tabs, line ends, invisible characters or special blanks";
    }
}

}  // namespace

bool check_text(std::string_view text, TextBounds bounds, std::string& complaint) {
    const auto flaw = find_flaw(text, bounds, TextLines::many);
    if (flaw) complaint = complaint_of(*flaw, bounds);
    return !flaw;
}

bool accept_text(std::string& text, TextBounds bounds, std::string& complaint) {
    const bool has_forms = bounds.kind != TextKind::exact && !is_printable_ascii(text) &&
                           count_characters(text) <= bounds.max * kDecomposedMax && is_utf8(text);
    if (has_forms && has_too_many_marks(text)) {
        complaint = "must not have more than " + std::to_string(kMarksMax) + " marks on a letter";
        return false;
    }
    if (has_forms) text = normal_form_c(text);
    return check_text(text, bounds, complaint);
}

}  // namespace frontrow::wire
