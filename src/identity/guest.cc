#include "identity/guest.h"

#include "base/id.h"

namespace frontrow::identity {

std::string new_guest_account(io::Random& random) {
    std::string account{kGuestAccount};
    append_hex128(account, random.next());
    return account;
}

std::string account_of_guest(io::Sha256& sha, Bits128 secret) {
    const auto bytes = bytes_of(secret);
    sha.update(kGuestAccount);
    sha.update({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    std::string account{kGuestAccount};
    append_hex128(account, sha.finish128());
    return account;
}

}  // namespace frontrow::identity
