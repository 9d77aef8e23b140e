#include "end_to_end/journal_file.h"
#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto kKeys = "/api/v1/api-keys";

Request with_key(std::string method, std::string target, const std::string& key) {
    Request request{.method = std::move(method), .target = std::move(target)};
    request.headers.emplace_back("X-API-Key", key);
    return request;
}

TEST(ApiKey, is_in_no_log_and_no_file) {
    const TempFolder folder;
    Server server{
        folder.path(), {"--access-log", "all"}, {"ADMIN_API_KEY=the-key-from-the-settings"}
    };
    auto client = server.client();
    auto make = with_key("POST", kKeys, "the-key-from-the-settings");
    make.body = R"({"name":"Box office","role":"admin"})";
    const auto made = client.send(make);
    ASSERT_TRUE(made);
    ASSERT_EQ(made->status, 201) << made->body;
    const auto key = text_of(made->json(), "key");

    EXPECT_EQ(client.send(with_key("GET", kKeys, key))->status, 200);
    EXPECT_EQ(client.send(with_key("GET", kKeys, key + "0"))->status, 401);
    EXPECT_EQ(client.send(with_key("GET", "/api/v1/events/" + key, key))->status, 400);
    EXPECT_EQ(client.send(with_key("GET", "/nowhere?key=" + key, key))->status, 404);
    const auto path = std::string{kKeys} + "/" + text_of(made->json(), "id");
    EXPECT_EQ(client.send(with_key("DELETE", path, key))->status, 204);
    EXPECT_EQ(client.send(with_key("GET", kKeys, key))->status, 401);
    EXPECT_EQ(server.stop(), 0);

    const auto log = server.process().err();
    EXPECT_THAT(log, HasSubstr(kKeys)) << "requests were logged";
    EXPECT_THAT(log, Not(HasSubstr(key)));
    EXPECT_THAT(log, Not(HasSubstr("the-key-from-the-settings")));
    for (const auto& file : std::filesystem::directory_iterator{folder.path()}) {
        std::ifstream in{file.path(), std::ios::binary};
        const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
        EXPECT_THAT(bytes, Not(HasSubstr(key))) << file.path();
    }
    std::string facts;
    for (const auto& row : JournalFile{folder.path()}.rows())
        facts += row.facts;
    EXPECT_THAT(facts, Not(HasSubstr(key)));
    EXPECT_THAT(facts, HasSubstr(text_of(made->json(), "prefix")));
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
}

}  // namespace
}  // namespace frontrow::test
