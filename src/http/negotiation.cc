#include "http/negotiation.h"

#include "http/text.h"

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

/// Takes what stands before the next `separator` off the text.
std::string_view take(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto taken = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

/// `q=0`, `q=0.000`: not at all.
bool is_refused(std::string_view parameters) {
    const auto weight = take(parameters, ';');
    if (weight.size() < 3 || !same_ignoring_case(weight.substr(0, 2), "q=")) return false;
    return weight.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

std::string media_type(std::string_view content_type) {
    std::string type{take(content_type, ';')};
    std::ranges::transform(type, type.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    });
    return type;
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

bool names_etag(std::string_view if_none_match, std::string_view etag) {
    if (trim(if_none_match) == "*") return true;
    while (!if_none_match.empty()) {
        auto named = take(if_none_match, ',');
        if (named.starts_with("W/")) named.remove_prefix(2);
        if (named == etag) return true;
    }
    return false;
}

}  // namespace frontrow::http
