#include "every_route.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>

// With --dev the server trusts every caller on its machine. A browser on that machine is such a
// caller, even if a foreign site's page makes it send the request.

namespace frontrow::test {
namespace {

const std::string kOwnHost = "127.0.0.1:8080";
const std::string kLocalShop = "http://localhost:5173";

TestServer::Options without_dev() {
    return {.limits = {}, .auth = {.admin_api_key = "a key that nobody can guess"}};
}

/// Sends requests as a browser does: with any Host, and headers that describe the page.
class Browser {
public:
    explicit Browser(const TestServer& server) : client_{server.connect()} {}

    HttpAnswer ask(
        const std::string& method,
        const std::string& path,
        const Headers& headers,
        const std::string& body = {}
    ) {
        auto text = HttpClient::request_text(method, path, headers, body);
        const std::string host = "Host: localhost\r\n";
        text.erase(text.find(host), host.size());
        client_.send(text);
        return client_.receive(method == "HEAD");
    }

private:
    HttpClient client_;
};

class DevPages : public testing::Test {
protected:
    TestServer server{{.cors_origins = {kLocalShop}}};
    SmallWorld world = make_small_world(server);
    Browser browser{server};

    /// The answer's status on a route that trusts callers with --dev.
    unsigned status(const Headers& headers) {
        return browser.ask("GET", "/api/v1/api-keys", headers).status;
    }
};

TEST_F(DevPages, are_served_under_this_machines_own_names_alone) {
    for (const auto* host :
         {"localhost",
          "localhost:8080",
          "LocalHost:1",
          "localhost:",
          "127.0.0.1",
          "127.0.0.1:8080",
          "127.8.9.255:65535",
          "[::1]",
          "[::1]:8080"})
        EXPECT_EQ(status({{"Host", host}}), 200) << host;
    for (const auto* host :
         {"evil.example",
          "evil.example:8080",
          "localhost.evil.example",
          "notlocalhost",
          "localhost.",
          "sub.localhost",
          "127.evil.example",
          "127.0.0.1.evil.example",
          "127.0.0.1.",
          "127.0.0.256",
          "127.0.0.1.1",
          "127.1",
          "128.0.0.1",
          "0.0.0.0:8080",
          "10.0.0.1",
          "[::2]",
          "[::ffff:127.0.0.1]",
          "*"})
        EXPECT_EQ(status({{"Host", host}}), 403) << host;
    for (const auto* nobody :
         {"::1",
          "[::1].evil.example",
          "evil.example:localhost",
          "localhost:8080:evil",
          "localhost@evil.example",
          "user@localhost",
          ":8080",
          ""})
        EXPECT_EQ(Browser{server}.ask("GET", "/api/v1/api-keys", {{"Host", nobody}}).status, 400)
            << nobody;
}

TEST_F(DevPages, of_a_name_that_was_made_to_mean_this_machine_get_nothing_from_any_route) {
    for (const auto& one : every_route(world)) {
        const auto answer = browser.ask(
            one.method,
            one.path,
            {{"Host", "evil.example:8080"},
             {"Origin", "http://evil.example:8080"},
             {"Sec-Fetch-Site", "same-origin"},
             {"X-User-ID", "alice"}},
            one.body
        );
        EXPECT_EQ(answer.code(), "FORBIDDEN") << one.method << one.path << answer.body;
    }
}

TEST_F(DevPages, are_told_from_others_by_what_the_browser_says) {
    struct Case {
        const char* origin;
        const char* site;
        unsigned status;
    };
    for (const auto& [origin, site, expected] : std::initializer_list<Case>{
             {"", "", 200},
             {"", "none", 200},
             {"", "same-origin", 200},
             {"", "same-site", 403},
             {"", "cross-site", 403},
             {"", "something-new", 403},
             {"http://127.0.0.1:8080", "", 200},
             {"http://127.0.0.1:8080", "same-origin", 200},
             {"https://127.0.0.1:8080", "same-origin", 200},
             {"http://127.0.0.1:8080", "cross-site", 403},
             {"http://127.0.0.1", "same-site", 403},
             {"http://127.0.0.1:3000", "same-site", 403},
             {"http://localhost:8080", "cross-site", 403},
             {"https://evil.example", "cross-site", 403},
             {"https://evil.example", "", 403},
             {"https://evil.example", "same-origin", 403},
             {"null", "", 403},
             {"null", "cross-site", 403},
             {"ftp://127.0.0.1:8080", "", 403},
             {"127.0.0.1:8080", "", 403},
             // The server's settings allow this origin.
             {"http://localhost:5173", "cross-site", 200},
             {"http://localhost:5173", "same-site", 200},
             {"http://localhost:5173", "", 200},
             {"http://localhost:51731", "", 403},
         }) {
        Headers headers{{"Host", kOwnHost}};
        if (*origin != '\0') headers.emplace_back("Origin", origin);
        if (*site != '\0') headers.emplace_back("Sec-Fetch-Site", site);
        EXPECT_EQ(status(headers), expected) << origin << " " << site;
    }
}

TEST_F(DevPages, of_others_get_nothing_from_a_route_that_asks_who_they_are) {
    const std::map<std::string, Headers> pages{
        {"asks", {{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}}},
        {"asks an old browser", {{"Origin", "https://evil.example"}}},
        {"shows a picture", {{"Sec-Fetch-Site", "cross-site"}}},
        {"is on another port", {{"Sec-Fetch-Site", "same-site"}}},
    };
    for (const auto& [what, headers] : pages) {
        for (const auto& one : every_route(world)) {
            auto all = headers;
            all.emplace_back("Host", kOwnHost);
            if (one.is_for(http::Access::user)) all.emplace_back("X-User-ID", "alice");
            const auto answer = browser.ask(one.method, one.path, all, one.body);
            EXPECT_EQ(answer.status == 403, !one.is_for(http::Access::anyone))
                << what << one.method << one.path << answer.body;
        }
    }
}

/// A form is sent without a preflight request.
TEST_F(DevPages, cannot_make_a_key_by_a_form) {
    const auto keys = [&] {
        return browser.ask("GET", "/api/v1/api-keys", {{"Host", kOwnHost}}).body;
    };
    const auto before = keys();
    const auto answer = browser.ask(
        "POST",
        "/api/v1/api-keys",
        {{"Host", kOwnHost},
         {"Origin", "https://evil.example"},
         {"Sec-Fetch-Site", "cross-site"},
         {"Content-Type", "text/plain"}},
        R"({"name":"mine","role":"admin"})"
    );
    EXPECT_EQ(answer.code(), "FORBIDDEN");
    EXPECT_EQ(keys(), before);
}

TEST(PagesWithoutDev, bring_credentials_and_may_have_any_host_and_origin) {
    TestServer server{without_dev()};
    Browser browser{server};
    const Headers headers{
        {"Host", "tickets.example"},
        {"Origin", "https://shop.example"},
        {"Sec-Fetch-Site", "cross-site"},
    };
    EXPECT_EQ(browser.ask("GET", "/api/v1/api-keys", headers).status, 401);
    auto with_key = headers;
    with_key.emplace_back("X-API-Key", "a key that nobody can guess");
    EXPECT_EQ(browser.ask("GET", "/api/v1/api-keys", with_key).status, 200);
}

}  // namespace
}  // namespace frontrow::test
