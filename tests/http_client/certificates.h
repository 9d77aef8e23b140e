#pragma once

#include "support/temp_folder.h"

#include <string>

namespace frontrow::test {

/// An authority of the test's own, as files in PEM.
class Certificates {
public:
    Certificates();

    /// The authority's certificate, which a client can trust.
    std::string authority_file() const { return path("authority.pem"); }

    struct Files {
        std::string certificate;
        std::string key;
    };
    /// A certificate for one subject, as OpenSSL writes it: "DNS:localhost" or "IP:127.0.0.1".
    Files issue_to(const std::string& subject, int valid_days = 1);

private:
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

    TempFolder folder_;
    int issued_ = 0;
};

}  // namespace frontrow::test
