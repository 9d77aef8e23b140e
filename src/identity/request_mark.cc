#include "identity/request_mark.h"

#include <array>
#include <cstdint>

namespace frontrow::identity {
namespace {

/// With its length before it, so that no two lists of parts hash alike.
void add_part(io::Sha256& sha, std::string_view part) {
    const std::array<std::uint8_t, 2> length{
        static_cast<std::uint8_t>(part.size() >> 8), static_cast<std::uint8_t>(part.size())
    };
    sha.update(std::span<const std::uint8_t>{length});
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
    add_part(sha, caller);
    add_part(sha, route);
    add_part(sha, key);
    mark.key = sha.finish128();
    sha.update(content);
    mark.content = sha.finish128();
    return mark;
}

}  // namespace frontrow::identity
