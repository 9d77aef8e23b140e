#include "http_client/certificates.h"

#include "base/check.h"

#include <cstdio>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace frontrow::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509* one) { X509_free(one); })>;
using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;

Key make_key() {
    Key key{EVP_EC_gen("P-256")};
    CHECK(key != nullptr);
    return key;
}

void add_extension(X509* to, int kind, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, decltype([](X509_EXTENSION* one) {
                              X509_EXTENSION_free(one);
                          })>
        extension{X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str())};
    CHECK(extension != nullptr && X509_add_ext(to, extension.get(), -1) == 1);
}

/// A certificate that begins two days ago.
Certificate make_certificate(const std::string& name, EVP_PKEY* key, int valid_days, int serial) {
    constexpr long kDay = 86'400;
    Certificate made{X509_new()};
    CHECK(made != nullptr);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -2 * kDay);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), valid_days * kDay);
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(made.get()),
        "CN",
        MBSTRING_ASC,
        reinterpret_cast<const unsigned char*>(name.c_str()),
        -1,
        -1,
        0
    );
    X509_set_pubkey(made.get(), key);
    return made;
}

void write(const std::string& path, const X509* certificate, const EVP_PKEY* key) {
    const File file{std::fopen(path.c_str(), "we")};
    CHECK(file != nullptr);
    if (certificate != nullptr) CHECK(PEM_write_X509(file.get(), certificate) == 1);
    if (key == nullptr) return;
    CHECK(PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

template <class T, class Read>
T read(const std::string& path, Read read_one) {
    const File file{std::fopen(path.c_str(), "re")};
    CHECK(file != nullptr);
    T one{read_one(file.get(), nullptr, nullptr, nullptr)};
    CHECK(one != nullptr);
    return one;
}

}  // namespace

Certificates::Certificates() {
    const auto key = make_key();
    const auto authority = make_certificate("An authority for tests", key.get(), 1, 1);
    X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get()));
    add_extension(authority.get(), NID_basic_constraints, "critical,CA:TRUE");
    CHECK(X509_sign(authority.get(), key.get(), EVP_sha256()) > 0);
    write(authority_file(), authority.get(), nullptr);
    write(path("authority.key"), nullptr, key.get());
}

Certificates::Files Certificates::issue_to(const std::string& subject, int valid_days) {
    const auto authority = read<Certificate>(authority_file(), PEM_read_X509);
    const auto authority_key = read<Key>(path("authority.key"), PEM_read_PrivateKey);
    const auto key = make_key();
    ++issued_;
    const auto issued = make_certificate("A server for tests", key.get(), valid_days, 1 + issued_);
    X509_set_issuer_name(issued.get(), X509_get_subject_name(authority.get()));
    add_extension(issued.get(), NID_subject_alt_name, subject);
    CHECK(X509_sign(issued.get(), authority_key.get(), EVP_sha256()) > 0);
    const auto base = path(std::to_string(issued_));
    Files files{.certificate = base + ".pem", .key = base + ".key"};
    write(files.certificate, issued.get(), nullptr);
    write(files.key, nullptr, key.get());
    return files;
}

}  // namespace frontrow::test
