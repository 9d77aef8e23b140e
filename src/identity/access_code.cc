#include "identity/access_code.h"

namespace frontrow::identity {

Bits128 digest_access_code(io::Sha256& sha, EventId event, std::string_view code) {
    // An id has a fixed length, so different pairs never hash the same bytes.
    const auto id = bytes_of(event.bits());
    sha.update({reinterpret_cast<const char*>(id.data()), id.size()});
    sha.update(code);
    return sha.finish128();
}

}  // namespace frontrow::identity
