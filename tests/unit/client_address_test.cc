#include "admission/client_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::admission {
namespace {

using testing::HasSubstr;

std::string normal(std::string_view text) {
    const auto address = parse_client_address(text);
    return address ? to_string(*address) : "none";
}

TEST(ClientAddresses, are_read_as_sockets_and_proxies_write_them) {
    EXPECT_EQ(normal("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(normal("192.0.2.7:4711"), "192.0.2.7");
    EXPECT_EQ(normal("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(normal("2001:db8::1"), "2001:db8::1");
    EXPECT_EQ(normal("[2001:db8::1]"), "2001:db8::1");
    EXPECT_EQ(normal("[2001:DB8::1]:4711"), "2001:db8::1");
    for (const auto* text :
         {"", "unknown", "_secret", "192.0.2", "192.0.2.256", "[2001:db8::1", "[]", "a.example"})
        EXPECT_EQ(normal(text), "none") << text;
}

TEST(ClientAddresses, of_one_ipv6_network_are_limited_as_one) {
    const auto part = [](std::string_view text) {
        return limited_part(*parse_client_address(text));
    };
    EXPECT_EQ(part("2001:db8:1:2::1"), part("2001:db8:1:2:ffff::9"));
    EXPECT_NE(part("2001:db8:1:2::1"), part("2001:db8:1:3::1"));
    EXPECT_NE(part("192.0.2.7"), part("192.0.2.8"));
}

/// What a server believes that trusts the proxies 10.0.0.0/8, 192.0.2.1 and 2001:db8::/32.
class Proxies : public testing::Test {
protected:
    std::string client_of(
        std::string_view peer,
        std::string_view told,
        ProxyHeader header = ProxyHeader::x_forwarded_for
    ) {
        const std::vector<std::string> networks{"10.0.0.0/8", "192.0.2.1", "2001:db8::/32"};
        const auto proxies = TrustedProxies::parse(networks, header);
        return to_string(proxies.value().client_of(*parse_client_address(peer), told));
    }
    std::string client_by_forwarded(std::string_view told) {
        return client_of("10.1.2.3", told, ProxyHeader::forwarded);
    }
};

TEST_F(Proxies, are_believed_only_if_they_are_trusted) {
    EXPECT_EQ(client_of("10.1.2.3", "203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(client_of("192.0.2.1", "203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(client_of("2001:db8:5::1", "203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(client_of("11.1.2.3", "203.0.113.9"), "11.1.2.3");
    EXPECT_EQ(client_of("192.0.2.2", "203.0.113.9"), "192.0.2.2");
    EXPECT_EQ(client_of("2001:db9::1", "203.0.113.9"), "2001:db9::1");
}

TEST_F(Proxies, are_passed_over_from_the_last_one_on_and_nothing_before_the_client_counts) {
    EXPECT_EQ(client_of("10.1.2.3", "1.2.3.4, 203.0.113.9, 10.0.0.1 ,\t10.0.0.2"), "203.0.113.9");
    EXPECT_EQ(client_of("10.1.2.3", "10.9.9.9, 203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(client_of("10.1.2.3", "10.9.9.9"), "10.9.9.9") << "a client among the proxies";
}

TEST_F(Proxies, that_tell_no_address_count_as_the_client) {
    for (const auto* told : {"", " ", ",", "unknown", "203.0.113.9, unknown", "203.0.113.9,"})
        EXPECT_EQ(client_of("10.1.2.3", told), "10.1.2.3") << told;
    EXPECT_EQ(client_of("10.1.2.3", "203.0.113.9, nonsense, 10.0.0.1"), "10.0.0.1");
}

TEST_F(Proxies, tell_it_in_the_standard_header_too) {
    EXPECT_EQ(client_by_forwarded("for=203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(
        client_by_forwarded(R"(for=1.2.3.4, FOR="[2a00:1::9]:80";proto=https;by=10.0.0.1)"),
        "2a00:1::9"
    );
    EXPECT_EQ(client_by_forwarded("proto=https; for=203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(client_by_forwarded("for=203.0.113.9, for=10.0.0.7"), "203.0.113.9");
    for (const auto* told :
         {"203.0.113.9", "by=203.0.113.9", "for=", "for=_hidden", "for", ";;", "="})
        EXPECT_EQ(client_by_forwarded(told), "10.1.2.3") << told;
}

TEST_F(Proxies, cant_be_named_by_anything_but_addresses_and_networks) {
    for (const auto* text :
         {"",
          "proxy.example",
          "10.0.0.0/33",
          "10.0.0.0/-1",
          "10.0.0.0/",
          "10.0.0.0/8/8",
          "2001:db8::/129",
          "/8"}) {
        const std::vector<std::string> networks{text};
        const auto parsed = TrustedProxies::parse(networks, ProxyHeader::x_forwarded_for);
        ASSERT_FALSE(parsed) << text;
        EXPECT_THAT(parsed.error(), HasSubstr(std::string{"'"} + text + "' isn't"));
    }
}

}  // namespace
}  // namespace frontrow::admission
