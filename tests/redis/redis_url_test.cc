#include "io/redis/redis_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontrow::io {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RedisUrl, says_where_and_how) {
    struct Case {
        std::string url, host;
        int port;
        std::string user, password;
        int database;
    };
    const std::vector<Case> cases{
        {"redis://localhost", "localhost", 6379, "", "", 0},
        {"redis://localhost/", "localhost", 6379, "", "", 0},
        {"redis://10.0.0.7:7000/3", "10.0.0.7", 7000, "", "", 3},
        {"redis://[::1]:7000", "::1", 7000, "", "", 0},
        {"redis://:secret@cache", "cache", 6379, "", "secret", 0},
        {"redis://gate:p%40ss%2F1@cache:1/15", "cache", 1, "gate", "p@ss/1", 15},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.url);
        const auto address = parse_redis_url(one.url);
        ASSERT_TRUE(address) << address.error();
        EXPECT_EQ(address->host, one.host);
        EXPECT_EQ(address->port, one.port);
        EXPECT_EQ(address->user, one.user);
        EXPECT_EQ(address->password, one.password);
        EXPECT_EQ(address->database, one.database);
    }
}

TEST(RedisUrl, says_what_is_wrong_and_never_the_password) {
    struct Case {
        std::string url, reason;
    };
    const std::vector<Case> cases{
        {"", "special characters"},
        {"cache:6379", "begin with redis://"},
        {"http://hunter2@cache", "begin with redis://"},
        {"rediss://:hunter2@cache", "TLS"},
        {"redis://", "host is missing"},
        {"redis://:hunter2@", "host is missing"},
        {"redis://hunter2@cache", "a password alone"},
        {"redis://:hunter2@cache:0", "port"},
        {"redis://:hunter2@cache:70000", "port"},
        {"redis://:hunter2[@cache", "special characters"},
        {"redis://:hunter2@cache/first", "database must be a number"},
        {"redis://:hunter2@cache/-1", "database must be a number"},
        {"redis://:hunter2@cache/1/2", "database must be a number"},
        {"redis://:hunter2@cache/99999999999", "database must be a number"},
        {"redis://:hunter2@cache/1?tls=yes", "nothing may follow"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.url);
        const auto address = parse_redis_url(one.url);
        ASSERT_FALSE(address);
        EXPECT_THAT(address.error(), HasSubstr(one.reason));
        EXPECT_THAT(address.error(), Not(HasSubstr("hunter2")));
    }
}

}  // namespace
}  // namespace frontrow::io
