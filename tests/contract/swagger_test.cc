#include "support/openapi_check.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The page at /swagger and its files, requested as a browser does; tests/web opens the page in a
// browser.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> file_names() {
    const auto& parameter =
        openapi_document().at("components").at("parameters").at("SwaggerFile").at("schema");
    std::vector<std::string> names;
    for (const auto& name : parameter.at("enum").as_array())
        names.emplace_back(name.as_string());
    return names;
}

class Swagger : public testing::Test {
protected:
    HttpAnswer get(const std::string& name, const Headers& headers = {}) {
        return client.ask("GET", "/swagger/" + name, headers);
    }

    TestServer server;
    HttpClient client = server.connect();
};

TEST_F(Swagger, is_found_by_its_short_name) {
    for (const auto* path : {"/", "/swagger", "/swagger/"}) {
        const auto answer = client.ask("GET", path);
        EXPECT_EQ(answer.status, 308) << path;
        EXPECT_EQ(client.ask("GET", answer.header("location")).status, 200);
    }
}

TEST_F(Swagger, has_every_file_that_the_page_and_the_contract_name) {
    for (const auto& name : file_names())
        EXPECT_EQ(get(name).status, 200) << name;
    const auto page = get("index.html").body;
    for (const auto* name : {"swagger-ui.css", "swagger-ui-bundle.js", "swagger-init.js"})
        EXPECT_THAT(page, HasSubstr(name));
    EXPECT_THAT(get("LICENSE").body, HasSubstr("Apache License"));
    for (const auto* name : {"swagger-ui.js", "index.html%00", "..", "%2e%2e%2fopenapi.yaml", "x"})
        EXPECT_EQ(get(name).status, 404) << name;
}

TEST_F(Swagger, runs_no_script_that_stands_in_the_page_and_loads_nothing_from_elsewhere) {
    for (const auto& name : file_names()) {
        const auto policy = get(name).header("content-security-policy");
        EXPECT_THAT(policy, HasSubstr("default-src 'none'")) << name;
        EXPECT_THAT(policy, HasSubstr("script-src 'self';")) << name;
        EXPECT_THAT(policy, Not(HasSubstr("unsafe"))) << name;
        EXPECT_THAT(policy, Not(HasSubstr("http"))) << name;
    }
}

TEST_F(Swagger, is_sent_compressed_to_who_takes_that) {
    for (const auto& name : file_names()) {
        const auto plain = get(name);
        const auto gzip = get(name, {{"Accept-Encoding", "br, gzip"}});
        EXPECT_EQ(plain.header("content-encoding"), "") << name;
        EXPECT_EQ(gzip.header("content-encoding"), "gzip") << name;
        EXPECT_EQ(gzip.header("content-type"), plain.header("content-type")) << name;
        EXPECT_EQ(gzip.body.substr(0, 2), "\x1f\x8b") << name;
        EXPECT_NE(gzip.header("etag"), plain.header("etag")) << name;
        for (const auto& answer : {plain, gzip})
            EXPECT_EQ(answer.header("vary"), "Accept-Encoding") << name;
    }
    EXPECT_LT(get("swagger-ui-bundle.js", {{"Accept-Encoding", "gzip"}}).body.size(), 700'000);
}

TEST_F(Swagger, is_not_sent_again_to_who_has_it) {
    for (const std::string coding : {"identity", "gzip"}) {
        const auto etag = get("swagger-ui.css", {{"Accept-Encoding", coding}}).header("etag");
        const auto ask_with = [&](const std::string& tags) {
            return get("swagger-ui.css", {{"Accept-Encoding", coding}, {"If-None-Match", tags}});
        };
        for (const auto& tags : {etag, "\"x\", W/" + etag, std::string{"*"}}) {
            const auto again = ask_with(tags);
            EXPECT_EQ(again.status, 304) << tags;
            EXPECT_EQ(again.body, "") << tags;
            EXPECT_EQ(again.header("etag"), etag) << tags;
        }
        EXPECT_EQ(ask_with("\"another\"").status, 200);
    }
    // The connection stays usable after an answer without a body.
    EXPECT_EQ(client.ask("GET", "/livez").status, 200);
}

}  // namespace
}  // namespace frontrow::test
