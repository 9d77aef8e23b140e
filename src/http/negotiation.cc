#include "http/negotiation.h"

#include "base/ascii.h"

#include <algorithm>

namespace frontrow::http {
namespace {

std::string_view trim(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t'))
        text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t'))
        text.remove_suffix(1);
    return text;
}

/// Takes the text before the next `separator`, trimmed, and removes both from `text`.
std::string_view take(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto taken = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

/// The media type without its parameters.
std::string_view media_type(std::string_view content_type) {
    return take(content_type, ';');
}

/// A weight of zero: `q=0`, `q=0.000`.
bool is_refused(std::string_view parameters) {
    const auto weight = take(parameters, ';');
    if (weight.size() < 3 || !same_ignoring_case(weight.substr(0, 2), "q=")) return false;
    return weight.find_first_not_of("0.", 2) == std::string_view::npos;
}

/// Takes a tag from the front of the text and returns what is between its quotes, which may include
/// commas. Returns nothing if the text doesn't begin with a tag.
std::optional<std::string_view> take_quoted(std::string_view& text) {
    if (text.starts_with("W/")) text.remove_prefix(2);
    const auto end = text.starts_with('"') ? text.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) return std::nullopt;
    const auto quoted = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return quoted;
}

/// The tag without the suffix that a compressing proxy added.
std::string_view without_coding(std::string_view tag) {
    for (const std::string_view coding : {"-gzip", "-br"}) {
        if (tag.ends_with(coding)) return tag.substr(0, tag.size() - coding.size());
    }
    return tag;
}

}  // namespace

bool is_json(std::string_view content_type) {
    constexpr std::string_view kApplication = "application/";
    constexpr std::string_view kSuffix = "+json";
    const auto type = media_type(content_type);
    if (same_ignoring_case(type, "application/json")) return true;
    return type.size() >= kApplication.size() + kSuffix.size() &&
           same_ignoring_case(type.substr(0, kApplication.size()), kApplication) &&
           same_ignoring_case(type.substr(type.size() - kSuffix.size()), kSuffix);
}

bool is_csv(std::string_view content_type) {
    return same_ignoring_case(media_type(content_type), "text/csv");
}

bool accepts_gzip(std::string_view accept_encoding) {
    bool takes_any = false;
    while (!accept_encoding.empty()) {
        auto parameters = take(accept_encoding, ',');
        const auto coding = take(parameters, ';');
        if (same_ignoring_case(coding, "gzip") || same_ignoring_case(coding, "x-gzip"))
            return !is_refused(parameters);
        if (coding == "*") takes_any = !is_refused(parameters);
    }
    return takes_any;
}

bool names_any(std::string_view condition) {
    return trim(condition) == "*";
}

std::optional<std::string_view> take_tag(std::string_view& list) {
    while (!list.empty()) {
        list = trim(list);
        const auto quoted = take_quoted(list);
        const bool is_whole = take(list, ',').empty();
        if (quoted && is_whole) return without_coding(*quoted);
    }
    return std::nullopt;
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
    if (names_any(if_none_match)) return true;
    while (const auto named = take_tag(if_none_match)) {
        if (named == tag) return true;
    }
    return false;
}

}  // namespace frontrow::http
