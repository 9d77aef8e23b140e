#include "end_to_end/server.h"
#include "support/eventually.h"
#include "support/free_port.h"
#include "support/http_answer.h"
#include "support/openapi_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <unistd.h>

// A server with a base path, behind an nginx that serves the rest of the host.

namespace frontrow::test {
namespace {

using testing::StartsWith;

constexpr auto kNginx = "/usr/sbin/nginx";
const std::string kBasePath = "/shop";

/// Passes requests below the base path on unchanged, and serves something else at the root.
std::string configuration(std::uint16_t port, std::uint16_t server) {
    std::string text = R"(daemon off; master_process off; pid nginx.pid; error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path client_body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {
        listen 127.0.0.1:@PORT@;
        location / { return 418; }
        location /shop/ { proxy_pass http://127.0.0.1:@SERVER@; proxy_http_version 1.1; }
    }
}
)";
    text.replace(text.find("@PORT@"), 6, std::to_string(port));
    text.replace(text.find("@SERVER@"), 8, std::to_string(server));
    return text;
}

class BehindAProxy : public testing::Test {
protected:
    void SetUp() override {
        if (access(kNginx, X_OK) != 0)
            GTEST_SKIP() << "there is no " << kNginx << " here: scripts/install-deps.sh cluster";
        server_ = std::make_unique<Server>(
            folder_.path(), std::vector<std::string>{"--dev", "--base-path", kBasePath}
        );
        // Another program may take the port first.
        for (int tries = 0; tries < 5 && !client_; ++tries)
            start_nginx();
        ASSERT_TRUE(client_) << nginx_->err();
    }

    /// Requests a full path, as answers give it, and checks the answer against the contract.
    HttpAnswer ask(const Request& request) {
        EXPECT_THAT(request.target, StartsWith(kBasePath + "/"));
        EXPECT_TRUE(client_->write(Client::text_of(request)));
        const auto told = client_->read();
        if (!told) throw std::runtime_error("no answer to " + request.target);
        auto answer = make_http_answer(told->status, told->headers, told->body);
        check_any_answer(answer);
        check_against_openapi(request.method, request.target.substr(kBasePath.size()), answer);
        return answer;
    }
    HttpAnswer get(const std::string& target, const std::string& user = "alice") {
        return ask({.target = target, .headers = {{"X-User-ID", user}}});
    }
    HttpAnswer post(const std::string& path, const std::string& body, const std::string& user) {
        Request request{
            .method = "POST",
            .target = kBasePath + path,
            .headers = {{"Idempotency-Key", "key"}},
            .body = body
        };
        if (!user.empty()) request.headers.emplace_back("X-User-ID", user);
        return ask(request);
    }

private:
    void start_nginx() {
        const auto port = free_port();
        nginx_ = std::make_unique<Child>(Child::Options{
            .arguments = {"-p", ".", "-c", "nginx.conf", "-e", "stderr"},
            .environment = {},
            .files = {{"nginx.conf", configuration(port, server_->port())}},
            .program = kNginx,
        });
        std::optional<Client> client;
        const bool has_started = eventually([&] {
            client.reset();
            client.emplace(port);
            return client->is_open() || nginx_->wait(std::chrono::milliseconds{0});
        });
        if (has_started && client->is_open() && !nginx_->wait(std::chrono::milliseconds{0}))
            client_ = std::make_unique<Client>(std::move(*client));
    }

    TempFolder folder_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<Child> nginx_;
    std::unique_ptr<Client> client_;
};

TEST_F(BehindAProxy, a_buyer_is_led_from_the_first_event_to_a_seat_by_what_the_answers_say) {
    const auto event = post(
        "/api/v1/events",
        R"({"name":"Winter Concert","start_at":"2099-12-20T19:00:00Z","end_at":"2099-12-20T21:00:00Z","total_seats":2})",
        ""
    );
    ASSERT_EQ(event.status, 201) << event.body;
    EXPECT_EQ(get(event.header("location")).text("id"), event.text("id"));
    const auto of_event = "/api/v1/events/" + event.text("id");
    const auto seats =
        post(of_event + "/seats/bulk", R"({"prefix":"A","count":2,"price":5000})", "");
    ASSERT_EQ(seats.status, 201) << seats.body;

    const auto first = get(kBasePath + of_event + "/seats?limit=1");
    const auto link = first.header("link");
    const auto second = get(link.substr(1, link.find('>') - 1));
    ASSERT_EQ(second.json.as_array().size(), 1U);
    const std::string seat{second.json.at(0).at("id").as_string()};
    const auto held = post(
        "/api/v1/reservations",
        R"({"event_id":")" + event.text("id") + R"(","seat_ids":[")" + seat + R"("]})",
        "alice"
    );
    ASSERT_EQ(held.status, 201) << held.body;
    const auto confirm = held.header("location").substr(kBasePath.size()) + "/confirm";
    EXPECT_EQ(post(confirm, "", "alice").text("status"), "confirmed");
    EXPECT_EQ(get(held.header("location")).text("status"), "confirmed");
}

TEST_F(BehindAProxy, the_swagger_page_has_all_that_it_loads) {
    const auto page_path = get(kBasePath + "/swagger").header("location");
    const auto folder = page_path.substr(0, page_path.rfind('/') + 1);
    const auto page = get(page_path);
    EXPECT_EQ(page.status, 200);
    const std::regex loaded{R"re((?:src|link rel="[a-z]+"(?: type="[a-z/]+")? href)="([^"]+)")re"};
    std::set<std::string> assets;
    for (std::sregex_iterator one{page.body.begin(), page.body.end(), loaded};
         one != std::sregex_iterator{};
         ++one)
        assets.insert((*one)[1].str());
    EXPECT_EQ(assets.size(), 4U);
    for (const auto& asset : assets)
        EXPECT_EQ(get(folder + asset).status, 200) << asset;
    // The page resolves the document's URL in its script against its own address.
    EXPECT_NE(
        get(folder + "swagger-init.js").body.find("url: \"../openapi.json\""), std::string::npos
    );
    const auto contract = get(kBasePath + "/openapi.json");
    EXPECT_EQ(contract.json.at("servers").at(0).at("url"), "/shop");
}

}  // namespace
}  // namespace frontrow::test
