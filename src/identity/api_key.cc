#include "identity/api_key.h"

#include "base/id.h"

namespace frontrow::identity {
namespace {

constexpr std::string_view kMark = "frk_";
constexpr std::size_t kPrefixDigits = 8;

}  // namespace

NewApiKey make_api_key(io::Random& random, io::Sha256& sha) {
    NewApiKey key;
    key.text = kMark;
    append_hex128(key.text, random.next());
    append_hex128(key.text, random.next());
    key.prefix = key.text.substr(0, kMark.size() + kPrefixDigits);
    sha.update(key.text);
    key.digest = sha.finish();
    return key;
}

}  // namespace frontrow::identity
