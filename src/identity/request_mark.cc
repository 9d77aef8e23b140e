#include "identity/request_mark.h"

namespace frontrow::identity {
namespace {

/// Hashes the part's length first, so that different lists of parts never hash the same bytes.
void add_part(io::Sha256& sha, std::string_view part) {
    const char size[] = {static_cast<char>(part.size() >> 8), static_cast<char>(part.size())};
    sha.update({size, sizeof size});
    sha.update(part);
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
    for (const auto part : {caller, route, key})
        add_part(sha, part);
    mark.key = sha.finish128();
    sha.update(content);
    mark.content = sha.finish128();
    return mark;
}

}  // namespace frontrow::identity
