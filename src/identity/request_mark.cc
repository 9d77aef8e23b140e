#include "identity/request_mark.h"

#include <string>

namespace frontrow::identity {
namespace {

/// With its length before it, so that no two lists of parts hash alike.
void add_part(std::string& text, std::string_view part) {
    text += static_cast<char>(part.size() >> 8);
    text += static_cast<char>(part.size());
    text += part;
}

}  // namespace

domain::RequestMark mark_request(
    io::Sha256& sha,
    std::string_view caller,
    std::string_view route,
    std::string_view key,
    std::string_view content
) {
    domain::RequestMark mark;
    std::string text;
    text.reserve(caller.size() + route.size() + key.size() + 6);
    add_part(text, caller);
    add_part(text, route);
    add_part(text, key);
    sha.update(text);
    mark.key = sha.finish128();
    sha.update(content);
    mark.content = sha.finish128();
    return mark;
}

}  // namespace frontrow::identity
