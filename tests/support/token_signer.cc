#include "support/token_signer.h"

#include "io/base64.h"
#include "io/hmac.h"

#include <memory>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdexcept>
#include <utility>

namespace frontrow::test {
namespace {

namespace json = boost::json;

/// Making an RSA key takes long, and each test is a process of its own. This one is for tests only.
constexpr std::string_view kRsaKey = R"(-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCyu+Sav/g3HTTn
pvk3dSf4PZRLu2/+x1k+Sk38lw73o8kYaf7NnEmg75Jsc6HNIDKuKpTs0Aus6NaJ
U3eFrRDFNegO/UUeVPG6UfFHhtYfdvQRj9G7djKhusvOvPoUU1sOOuClt99/5ZYb
ChC///N1IYJ7pPmQfrA6Y0D2MTbWtO9EnVvAKQdoGFzlbvk5XD9OSmUVco5xCWb2
K9rmwS3/ZEFCC3+Gb3DdZBFZl4n6u1OS3sREwVA8jSIyIRsBX/cBnkEM44QPAWit
A3zH35Kx8usFZh7H7wgNux8yodvHCYh8svOoOtM1oQIGAsN6h2zBbzO94f9ha+5Z
HPDQMmD7AgMBAAECggEABVz/utYwbgJhfyxSpZFf2D2wzlz2X6ljJZnu6kwIaF+n
0EkpY+4XzTsQ2y1nYmXNzTuPBQsDbq0hZTT1+qCftH2JVEL16Nv0P0Pn7LnSynrr
Bkh0hmfTlI0Zi2QHvjPTRagKotL4Pssa3tn8eGZ08AzaOcsHh9GcP5aRKC2AKuiS
Gp2fdJavJ9G9hGCMsdb+3OxSOHFfuvZqIQKCExO9X8kmklNXnIhRWNBiFR0sO/MX
2k/2PHFFZIU+j7QikxtjL/GLRtV656iy75NxaVCIt+JUNpLEVL2k9Ci72/uwT2R0
NJPp03ZqNEbiKsv9FX9ATDWpKsMai8ta+/LzMgkHIQKBgQDuXrWGGNESpr8d7YE+
npZupeiOSE2ltSBvrE8MZ5IHIbMVAix0glI87mgyD6jNTA0vcGCOKOlnd/HBH5aI
APvjjxYsdFok74cydZDgcrCB5jPlb6BVLkm10itn8kgzZ6m4AHoT6hX9JN1gVT1d
J1UKV7vFYqPVfDVzZYEcR5cVgwKBgQC/9AmPODrK9YaFnrseTkUJFxnCPuVvZ1Bo
GH+uybTD2GquwPrMGgevC0kngkP09UkwCh5UoPwCDJquMvUYn5UO4qXcrsECXShr
0DAEopb6kwoHESBFqn9ZgsokzaGWkKrPkePo3KXnAobDWswvMojsGPXKUSpa/CL2
0hs3YEwlKQKBgQCUP3TX1GFbHzdnboneHxVh9W8f5lncQDzPFzQGe/d21f+hhjuN
rmtlF8TXtaN/Ithkc5ipcUpQHmnNeU7OgQYnbZsVxLs3k3za5gFXhhy+fSQzgmwN
7f7LxM1YFXfP+J22IR3Let94E9BWlEzYvZiHGS9fwEwyftBjV3Kn2uJc7wKBgQCm
abqT6MrHxD6Av1E3/+FH9TgGuCKPB4GlDYA8l3BYzdoHcRS9N9/reJxOXVfvGWv+
8vbCpeJ1IFpFpbXpSAihJAtpnDOGih8OASpwCklcKXfrEoTpANxxTLtVVtS9RORh
Gfj9m7VU5lLRMHmOfYBJN4Z3hRB0Wt0xIIwp4RmCqQKBgBdrwcLK0OeOBwERcYGK
D1yKt8jvTbRf6jonEGFglEy28oZTkstWMozsHsOQexOtIJiRStvvkKmQgAswR8oH
wGpqO3kHkukx2GVDrXnj/EfBdTuxYeFExTlxHB9GObVUKLfNrNeaSBntcTYymaXX
KPFpGNhjAPlDrGhjMkL/fQyB
-----END PRIVATE KEY-----
)";

void must(bool is_well) {
    if (!is_well) throw std::runtime_error("OpenSSL failed");
}

std::string bytes_of(evp_pkey_st& key, const char* name) {
    BIGNUM* raw = nullptr;
    must(EVP_PKEY_get_bn_param(&key, name, &raw) == 1);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number{raw, &BN_free};
    // Coordinates have a fixed size. A modulus and an exponent have no zeros in front.
    const bool is_coordinate = EVP_PKEY_get_base_id(&key) == EVP_PKEY_EC;
    const int size = is_coordinate ? (EVP_PKEY_get_bits(&key) + 7) / 8 : BN_num_bytes(raw);
    std::string bytes(static_cast<std::size_t>(size), '\0');
    must(BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()), size) == size);
    return bytes;
}

json::string in_base64url(evp_pkey_st& key, const char* name) {
    return json::string{io::to_base64url(bytes_of(key, name))};
}

std::string raw_public_key(evp_pkey_st& key) {
    std::string bytes(32, '\0');
    std::size_t size = bytes.size();
    must(
        EVP_PKEY_get_raw_public_key(&key, reinterpret_cast<unsigned char*>(bytes.data()), &size) ==
        1
    );
    return bytes;
}

json::object public_members(evp_pkey_st& key) {
    switch (EVP_PKEY_get_base_id(&key)) {
        case EVP_PKEY_RSA:
            return {
                {"kty", "RSA"},
                {"n", in_base64url(key, OSSL_PKEY_PARAM_RSA_N)},
                {"e", in_base64url(key, OSSL_PKEY_PARAM_RSA_E)}
            };
        case EVP_PKEY_EC:
            return {
                {"kty", "EC"},
                {"crv", EVP_PKEY_get_bits(&key) == 256 ? "P-256" : "P-384"},
                {"x", in_base64url(key, OSSL_PKEY_PARAM_EC_PUB_X)},
                {"y", in_base64url(key, OSSL_PKEY_PARAM_EC_PUB_Y)}
            };
        default:
            return {
                {"kty", "OKP"}, {"crv", "Ed25519"}, {"x", io::to_base64url(raw_public_key(key))}
            };
    }
}

/// r and s behind each other, from DER.
std::string fixed_size(const std::string& der) {
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair{
        d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size())), &ECDSA_SIG_free
    };
    must(pair != nullptr);
    constexpr int kBytes = 32;
    std::string bytes(std::size_t{2} * kBytes, '\0');
    auto* out = reinterpret_cast<unsigned char*>(bytes.data());
    must(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, kBytes) == kBytes);
    must(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + kBytes, kBytes) == kBytes);
    return bytes;
}

}  // namespace

TokenSigner::TokenSigner(std::string algorithm, std::string id, evp_pkey_st* key)
    : algorithm_{std::move(algorithm)}, id_{std::move(id)}, key_{key} {
    must(key_ != nullptr);
}

TokenSigner TokenSigner::rsa(std::string id) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> pem{
        BIO_new_mem_buf(kRsaKey.data(), static_cast<int>(kRsaKey.size())), &BIO_free
    };
    return {"RS256", std::move(id), PEM_read_bio_PrivateKey(pem.get(), nullptr, nullptr, nullptr)};
}

TokenSigner TokenSigner::new_rsa(std::string id, unsigned bits) {
    return {"RS256", std::move(id), EVP_RSA_gen(bits)};
}

TokenSigner TokenSigner::p256(std::string id) {
    return {"ES256", std::move(id), EVP_EC_gen("P-256")};
}

TokenSigner TokenSigner::p384(std::string id) {
    return {"ES384", std::move(id), EVP_EC_gen("P-384")};
}

TokenSigner TokenSigner::ed25519(std::string id) {
    return {"EdDSA", std::move(id), EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
}

json::object TokenSigner::jwk(const json::object& more) const {
    auto members = public_members(*key_);
    if (!id_.empty()) members["kid"] = id_;
    for (const auto& [name, value] : more)
        members[name] = value;
    return members;
}

json::object TokenSigner::header() const {
    json::object header{{"alg", algorithm_}, {"typ", "JWT"}};
    if (!id_.empty()) header["kid"] = id_;
    return header;
}

std::string TokenSigner::token(std::string_view claims) const {
    return token(json::serialize(header()), claims);
}

std::string TokenSigner::token(std::string_view header, std::string_view claims) const {
    const auto part = part_to_sign(header, claims);
    return part + "." + io::to_base64url(signature(part));
}

std::string TokenSigner::signature(std::string_view message) const {
    auto signature = der_signature(message);
    return algorithm_ == "ES256" ? fixed_size(signature) : signature;
}

std::string TokenSigner::der_signature(std::string_view message) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
        EVP_MD_CTX_new(), &EVP_MD_CTX_free
    };
    const auto* digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
    must(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1);
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    std::size_t size = 0;
    must(EVP_DigestSign(context.get(), nullptr, &size, bytes, message.size()) == 1);
    std::string out(size, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    must(EVP_DigestSign(context.get(), to, &size, bytes, message.size()) == 1);
    out.resize(size);
    return out;
}

std::string TokenSigner::public_pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> pem{BIO_new(BIO_s_mem()), &BIO_free};
    must(PEM_write_bio_PUBKEY(pem.get(), key_.get()) == 1);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(pem.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string key_set(const std::vector<json::object>& keys) {
    return json::serialize(json::object{{"keys", json::array(keys.begin(), keys.end())}});
}

std::string part_to_sign(std::string_view header, std::string_view claims) {
    return io::to_base64url(header) + "." + io::to_base64url(claims);
}

std::string hmac_token(std::string_view secret, std::string_view header, std::string_view claims) {
    const auto part = part_to_sign(header, claims);
    return part + "." + io::to_base64url(io::text_of(io::hmac_sha256(secret, part)));
}

}  // namespace frontrow::test
