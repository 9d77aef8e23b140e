#include "payments/notice_signature.h"

#include "io/base64.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontrow::test {
namespace {

// The examples of https://www.standardwebhooks.com and RFC 4231.

TEST(StandardSigner, makes_the_signature_of_the_published_example) {
    for (const std::string prefix : {"whsec_", ""}) {
        const payments::StandardSigner signer{prefix + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
        EXPECT_EQ(
            signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}

TEST(Base64, reads_only_what_it_could_have_written) {
    for (const std::string bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
        EXPECT_EQ(io::from_base64(io::to_base64(bytes)), bytes);
    EXPECT_EQ(io::to_base64("foob"), "Zm9vYg==");
    for (const std::string text :
         {"Zg", "Zg=", "Zg===", "Z===", " Zg==", "Zg==\n", "Zm9v\n", "====", "Zm-v"})
        EXPECT_EQ(io::from_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace frontrow::test
