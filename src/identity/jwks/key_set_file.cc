#include "identity/jwks/key_set_file.h"

#include "identity/key_set.h"
#include "io/file.h"

namespace frontrow::identity::jwks {
namespace {

using io::Fault;
using io::FaultKind;

}  // namespace

Result<std::string, Fault> read_key_set_file(const std::filesystem::path& file) {
    auto open = io::File::open_to_read(file);
    if (!open) return std::unexpected(std::move(open.error()));
    std::string text(kKeySetBytesMax + 1, '\0');
    const auto size = open->read(text);
    if (!size) return std::unexpected(size.error());
    if (*size > kKeySetBytesMax)
        return std::unexpected(Fault{FaultKind::unusable, file.string() + " is larger than 256 KiB"}
        );
    text.resize(*size);
    return text;
}

Result<void, Fault> check_key_set_file(const std::filesystem::path& file) {
    const auto text = read_key_set_file(file);
    if (!text) return std::unexpected(text.error());
    if (const auto set = parse_key_set(*text); !set) {
        return std::unexpected(Fault{
            FaultKind::unusable, file.string() + " can't be used as a JWK set: " + set.error().why
        });
    }
    return {};
}

}  // namespace frontrow::identity::jwks
