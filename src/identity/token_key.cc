#include "identity/token_key.h"

#include "base/check.h"
#include "identity/strict_json.h"
#include "io/base64.h"

#include <algorithm>
#include <array>
#include <memory>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <utility>

namespace frontrow::identity {
namespace {

namespace json = boost::json;

constexpr std::pair<TokenAlgorithm, std::string_view> kAlgorithmNames[] = {
    {TokenAlgorithm::hs256, "HS256"},
    {TokenAlgorithm::rs256, "RS256"},
    {TokenAlgorithm::es256, "ES256"},
    {TokenAlgorithm::eddsa, "EdDSA"},
};

/// The size of a coordinate of P-256, and of an Ed25519 key.
constexpr std::size_t kCoordinateBytes = 32;
constexpr int kRsaBitsMin = 2'048;
/// Checking a signature takes four times as long with twice as many bits, and anybody may send one.
constexpr int kRsaBitsMax = 4'096;
constexpr int kRsaExponentBitsMax = 32;

struct FreeOpenSsl {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
    void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
    void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};
template <class Thing>
using OpenSsl = std::unique_ptr<Thing, FreeOpenSsl>;

std::unexpected<std::string> no_key(std::string why) {
    return std::unexpected(std::move(why));
}

OpenSsl<BIGNUM> number_of(std::string_view bytes) {
    const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
    OpenSsl<BIGNUM> number{BN_bin2bn(begin, static_cast<int>(bytes.size()), nullptr)};
    CHECK(number != nullptr);
    return number;
}

/// Null if OpenSSL refuses the key: for example, a point that isn't on its curve.
io::EvpKey make_public_key(const char* kind, OSSL_PARAM_BLD* builder) {
    const OpenSsl<OSSL_PARAM> parameters{OSSL_PARAM_BLD_to_param(builder)};
    const OpenSsl<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr)};
    CHECK(parameters != nullptr && context != nullptr);
    CHECK(EVP_PKEY_fromdata_init(context.get()) == 1);
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        ERR_clear_error();
    return io::EvpKey{key};
}

std::optional<std::string> bytes_in(const json::object& jwk, std::string_view name) {
    const auto text = text_in(jwk, name);
    return text ? io::read_base64url(*text) : std::nullopt;
}

std::optional<std::string> coordinate_in(const json::object& jwk, std::string_view name) {
    auto bytes = bytes_in(jwk, name);
    if (bytes && bytes->size() != kCoordinateBytes) return std::nullopt;
    return bytes;
}

/// Why a key isn't for checking signatures, whatever its kind.
std::optional<std::string> other_use(const json::object& jwk) {
    if (jwk.contains("use") && text_in(jwk, "use") != "sig") return "its use isn't sig";
    if (const auto* operations = jwk.if_contains("key_ops")) {
        const auto* list = operations->if_array();
        const bool verifies = list != nullptr && std::ranges::find(*list, "verify") != list->end();
        if (!verifies) return "its key_ops don't have verify";
    }
    // Whoever publishes a private key by mistake should hear of it.
    if (jwk.contains("d")) return "it has its private part (d), which must not be published";
    return std::nullopt;
}

bool is_for(const json::object& jwk, TokenAlgorithm algorithm) {
    return !jwk.contains("alg") || text_in(jwk, "alg") == name_of(algorithm);
}

std::string other_algorithm(TokenAlgorithm algorithm) {
    return "its alg isn't " + std::string{name_of(algorithm)} + ", the one for keys of its kind";
}

/// A signature of P-256 as OpenSSL reads it. Empty if the signature isn't 64 bytes long.
std::string der_of(std::string_view signature) {
    if (signature.size() != 2 * kCoordinateBytes) return {};
    auto r = number_of(signature.substr(0, kCoordinateBytes));
    auto s = number_of(signature.substr(kCoordinateBytes));
    const OpenSsl<ECDSA_SIG> pair{ECDSA_SIG_new()};
    CHECK(ECDSA_SIG_set0(pair.get(), r.release(), s.release()) == 1);
    unsigned char* bytes = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &bytes);
    CHECK(size > 0);
    const OpenSsl<unsigned char> frees{bytes};
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

}  // namespace

std::string_view name_of(TokenAlgorithm algorithm) {
    return std::ranges::find(
               kAlgorithmNames, algorithm, [](const auto& one) { return one.first; }
    )->second;
}

std::optional<TokenAlgorithm> parse_token_algorithm(std::string_view name) {
    for (const auto& [algorithm, known] : kAlgorithmNames)
        if (known == name) return algorithm;
    return std::nullopt;
}

TokenKey::TokenKey(const io::ed25519::PublicKey& key)
    : algorithm_{TokenAlgorithm::eddsa},
      key_{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())} {
    CHECK(key_ != nullptr);
}

Result<TokenKey, std::string> TokenKey::from_jwk(const json::object& jwk) {
    if (auto why = other_use(jwk)) return no_key(*std::move(why));
    const auto kind = text_in(jwk, "kty");
    const auto curve = text_in(jwk, "crv");
    if (kind == "RSA") return rsa(jwk);
    if (kind == "EC" && curve == "P-256") return p256(jwk);
    if (kind == "OKP" && curve == "Ed25519") return ed25519(jwk);
    return no_key("its kty and crv aren't RSA, EC with P-256, or OKP with Ed25519");
}

Result<TokenKey, std::string> TokenKey::rsa(const json::object& jwk) {
    if (!is_for(jwk, TokenAlgorithm::rs256)) return no_key(other_algorithm(TokenAlgorithm::rs256));
    const auto modulus = bytes_in(jwk, "n");
    const auto exponent = bytes_in(jwk, "e");
    if (!modulus || !exponent) return no_key("it has no n and e in base64url");
    const auto n = number_of(*modulus);
    const auto e = number_of(*exponent);
    const int bits = BN_num_bits(n.get());
    if (bits < kRsaBitsMin || bits > kRsaBitsMax) {
        return no_key(
            "its RSA modulus has " + std::to_string(bits) + " bits instead of 2048 to 4096"
        );
    }
    const bool is_exponent = BN_is_odd(e.get()) == 1 && BN_is_one(e.get()) == 0 &&
                             BN_num_bits(e.get()) <= kRsaExponentBitsMax;
    if (BN_is_odd(n.get()) == 0 || !is_exponent) return no_key("its n and e aren't those of a key");
    const OpenSsl<OSSL_PARAM_BLD> builder{OSSL_PARAM_BLD_new()};
    CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1);
    CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
    auto key = make_public_key("RSA", builder.get());
    if (key == nullptr) return no_key("its n and e aren't those of a key");
    return TokenKey{TokenAlgorithm::rs256, std::move(key)};
}

Result<TokenKey, std::string> TokenKey::p256(const json::object& jwk) {
    if (!is_for(jwk, TokenAlgorithm::es256)) return no_key(other_algorithm(TokenAlgorithm::es256));
    const auto x = coordinate_in(jwk, "x");
    const auto y = coordinate_in(jwk, "y");
    if (!x || !y) return no_key("it has no x and y of 32 bytes in base64url");
    constexpr char kUncompressed = 4;
    const auto point = kUncompressed + *x + *y;
    const OpenSsl<OSSL_PARAM_BLD> builder{OSSL_PARAM_BLD_new()};
    CHECK(
        OSSL_PARAM_BLD_push_utf8_string(
            builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0
        ) == 1
    );
    CHECK(
        OSSL_PARAM_BLD_push_octet_string(
            builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()
        ) == 1
    );
    auto key = make_public_key("EC", builder.get());
    if (key == nullptr) return no_key("its x and y aren't a point of P-256");
    return TokenKey{TokenAlgorithm::es256, std::move(key)};
}

Result<TokenKey, std::string> TokenKey::ed25519(const json::object& jwk) {
    if (!is_for(jwk, TokenAlgorithm::eddsa)) return no_key(other_algorithm(TokenAlgorithm::eddsa));
    const auto x = coordinate_in(jwk, "x");
    if (!x) return no_key("it has no x of 32 bytes in base64url");
    io::ed25519::PublicKey key{};
    std::ranges::copy(*x, key.begin());
    return TokenKey{key};
}

bool TokenKey::verify(std::string_view message, std::string_view signature) const {
    using io::SignedPart;
    switch (algorithm_) {
        case TokenAlgorithm::hs256:
            return false;
        case TokenAlgorithm::rs256:
            return io::verify_signature(*key_, SignedPart::sha256, message, signature);
        case TokenAlgorithm::es256:
            return io::verify_signature(*key_, SignedPart::sha256, message, der_of(signature));
        case TokenAlgorithm::eddsa:
            return io::verify_signature(*key_, SignedPart::message, message, signature);
    }
}

}  // namespace frontrow::identity
