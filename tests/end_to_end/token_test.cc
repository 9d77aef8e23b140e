#include "end_to_end/server.h"
#include "support/token_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kSigningSecret = "correct horse battery staple, and then some";
const std::string kAdminKey = "admin-key-8f1b0c44";
const std::string kUserKey = "user-key-5d2a97e1";

/// The output of `frontrow token` without its line end.
std::string token_for(const std::string& sub, const std::string& role, const std::string& secret) {
    const auto finished =
        run_program({"token", "--sub", sub, "--role", role}, {"FRONTROW_JWT_SECRET=" + secret});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(finished.err, "");
    EXPECT_TRUE(finished.out.ends_with('\n'));
    return finished.out.substr(0, finished.out.size() - 1);
}

Request with_header(std::string target, std::string name, std::string value) {
    return {.target = std::move(target), .headers = {{std::move(name), std::move(value)}}};
}

Request with_token(std::string target, const std::string& token) {
    return with_header(std::move(target), "Authorization", "Bearer " + token);
}

unsigned status_of(Client& client, const Request& request) {
    const auto answer = client.send(request);
    return answer ? answer->status : 0;
}

std::vector<boost::json::value> lines_of(const std::string& log) {
    std::vector<boost::json::value> lines;
    std::istringstream in{log};
    for (std::string line; std::getline(in, line);)
        lines.push_back(boost::json::parse(line));
    return lines;
}

class Tokens : public testing::Test {
protected:
    static std::vector<std::string> environment() {
        return {
            "FRONTROW_JWT_SECRET=" + kSigningSecret,
            "ADMIN_API_KEY=" + kAdminKey,
            "USER_API_KEY=" + kUserKey,
            // A test asks until a token ends.
            "FRONTROW_LIMITS=off",
        };
    }

    TempFolder folder_;
    Server server_{folder_.path(), {"--access-log", "all"}, environment()};
    Client client_ = server_.client();
};

TEST_F(Tokens, are_taken_by_a_server_with_the_same_secret) {
    const auto alice = token_for("alice", "user", kSigningSecret);
    EXPECT_EQ(status_of(client_, with_token("/api/v1/reservations", alice)), 200U);
    EXPECT_EQ(status_of(client_, with_token("/api/v1/users/alice/reservations", alice)), 200U);
    EXPECT_EQ(status_of(client_, with_token("/api/v1/users/bob/reservations", alice)), 404U);
    EXPECT_EQ(status_of(client_, {.target = "/api/v1/reservations"}), 401U);
}

TEST_F(Tokens, carry_their_role) {
    for (const auto& [role, status] :
         {std::pair{"user", 403U}, {"scanner", 403U}, {"organizer", 400U}, {"admin", 400U}}) {
        auto request = with_token("/api/v1/events", token_for("someone", role, kSigningSecret));
        request.method = "POST";
        request.body = "{}";
        EXPECT_EQ(status_of(client_, request), status) << role;
    }
}

TEST_F(Tokens, of_another_secret_are_refused) {
    const auto token = token_for("alice", "admin", kSigningSecret + "!");
    EXPECT_EQ(status_of(client_, with_token("/api/v1/reservations", token)), 401U);
}

TEST_F(Tokens, end_when_their_time_is_up) {
    const auto finished =
        run_program({"token", "--sub", "alice", "--ttl", "1", "--secret", kSigningSecret});
    const auto token = finished.out.substr(0, finished.out.size() - 1);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    unsigned status = 200;
    while (status == 200 && std::chrono::steady_clock::now() < deadline)
        status = status_of(client_, with_token("/api/v1/reservations", token));
    EXPECT_EQ(status, 401U);
}

TEST_F(Tokens, take_their_settings_from_the_environment) {
    const auto finished = run_program(
        {"token"},
        {"FRONTROW_JWT_SECRET=" + kSigningSecret,
         "FRONTROW_TOKEN_SUB=alice",
         "FRONTROW_TOKEN_ROLE=organizer",
         "FRONTROW_TOKEN_TTL=60"}
    );
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    const auto token = finished.out.substr(0, finished.out.size() - 1);
    EXPECT_EQ(status_of(client_, with_token("/api/v1/users/alice/reservations", token)), 200U);
}

TEST_F(Tokens, are_not_printed_for_frontrows_own_callers) {
    for (const std::string sub :
         {"dev", "admin-api-key", "user-api-key", "api-key:018f7c2e-0d40-7000-8000-000000000001"}) {
        const auto finished = run_program({"token", "--sub", sub, "--secret", kSigningSecret});
        EXPECT_EQ(finished.exit_code, 2) << sub;
        EXPECT_EQ(finished.out, "") << sub;
        EXPECT_THAT(finished.err, HasSubstr("--sub " + sub + " is reserved")) << sub;
    }
}

TEST(TokensOfAnIssuer, are_checked_with_the_keys_in_a_file_and_by_issuer_and_audience) {
    const TempFolder folder;
    const auto signer = TokenSigner::p256("e");
    const auto file = folder.path() / "keys.json";
    std::ofstream{file} << key_set({signer.jwk()});
    const std::vector<std::string> rules{
        "FRONTROW_JWT_ISSUER=https://login.example/", "FRONTROW_JWT_AUDIENCE=tickets"
    };
    auto environment = rules;
    environment.push_back("FRONTROW_JWT_SECRET=" + kSigningSecret);
    Server server{folder.path() / "data", {"--jwks", file}, environment};
    auto client = server.client();
    const std::string claims = R"({"sub":"alice","role":"user","exp":9999999999,)"
                               R"("iss":"https://login.example/","aud":)";
    const auto status = [&](const std::string& token) {
        return status_of(client, with_token("/api/v1/reservations", token));
    };
    EXPECT_EQ(status(signer.token(claims + R"("tickets"})")), 200U);
    EXPECT_EQ(status(signer.token(claims + R"("shop"})")), 401U);
    EXPECT_EQ(status(TokenSigner::p256("e").token(claims + R"("tickets"})")), 401U);
    EXPECT_EQ(status(token_for("alice", "user", kSigningSecret)), 401U) << "it names no audience";
    const auto finished = run_program({"token", "--sub", "alice"}, environment);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(status(finished.out.substr(0, finished.out.size() - 1)), 200U);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_THAT(server.process().err(), HasSubstr("the keys for tokens were read"));
}

TEST(TokensOfAnIssuer, are_waited_for_if_their_keys_are_at_a_url_that_does_not_answer) {
    const TempFolder folder;
    const Child::Options options{
        .arguments = serve_arguments(folder.path(), {"--jwks", "http://127.0.0.1:1/keys"})
    };
    Server server{options};
    auto client = server.client();
    EXPECT_EQ(status_of(client, {.target = "/readyz"}), 503U);
    EXPECT_EQ(status_of(client, {.target = "/livez"}), 200U);
    const auto token =
        TokenSigner::p256("e").token(R"({"sub":"a","role":"user","exp":9999999999})");
    EXPECT_EQ(status_of(client, with_token("/api/v1/reservations", token)), 503U);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_THAT(server.process().err(), HasSubstr("the keys for tokens can't be read"));
    EXPECT_THAT(server.process().err(), HasSubstr("no audience is set"));
}

TEST_F(Tokens, and_keys_and_secrets_never_reach_the_log) {
    const auto good = token_for("alice", "admin", kSigningSecret);
    const auto forged = token_for("mallory", "admin", "another secret, also quite long enough");
    const std::string wrong_key = "wrong-key-77aa";
    EXPECT_EQ(status_of(client_, with_token("/api/v1/reservations", good)), 200U);
    EXPECT_EQ(status_of(client_, with_token("/api/v1/reservations?token=" + good, good)), 200U);
    EXPECT_EQ(status_of(client_, with_token("/api/v1/reservations", forged)), 401U);
    EXPECT_EQ(status_of(client_, with_token("/nowhere/" + forged, forged)), 404U);
    for (const auto& [key, status] :
         {std::pair{kAdminKey, 200U}, {kUserKey, 200U}, {wrong_key, 401U}})
        EXPECT_EQ(
            status_of(client_, with_header("/api/v1/reservations", "X-API-Key", key)), status
        );
    EXPECT_EQ(server_.stop(), 0);
    const auto log = server_.process().err();
    EXPECT_THAT(log, HasSubstr("\"message\":\"request\"")) << "it logs no requests at all";
    EXPECT_EQ(server_.process().out(), "");
    for (const auto& secret : {kSigningSecret, kAdminKey, kUserKey, wrong_key, good, forged})
        EXPECT_THAT(log, Not(HasSubstr(secret)));
    // The log doesn't contain a token's signature alone, either.
    for (const auto& token : {good, forged})
        EXPECT_THAT(log, Not(HasSubstr(token.substr(token.rfind('.') + 1))));
}

TEST_F(Tokens, that_are_wrong_are_answered_without_being_repeated) {
    const std::string wrong_key = "wrong-key-77aa";
    const auto by_key = client_.send(with_header("/api/v1/reservations", "X-API-Key", wrong_key));
    const auto by_token = client_.send(with_token("/api/v1/reservations", "not.a.token"));
    ASSERT_TRUE(by_key && by_token);
    EXPECT_THAT(by_key->body, Not(HasSubstr(wrong_key)));
    EXPECT_THAT(by_token->body, Not(HasSubstr("not.a.token")));
}

TEST(Log, is_a_json_object_a_line_where_a_machine_reads_it) {
    const TempFolder folder;
    // Names that would break a log line without proper escaping.
    Server server{folder.path() / "a \"quoted\"\n%v \\ 座席", {"--dev", "--access-log", "all"}};
    auto client = server.client();
    make_hall(client, 3);
    EXPECT_EQ(client.get("/nowhere/\"%7B%22").value().status, 404U);
    EXPECT_EQ(client.get("/health").value().status, 200U);
    EXPECT_EQ(server.stop(), 0);
    const auto lines = lines_of(server.process().err());
    EXPECT_GE(lines.size(), 5U);
    for (const auto& line : lines) {
        EXPECT_THAT(text_of(line, "time"), testing::MatchesRegex("20..-..-..T..:..:..\\....Z"));
        EXPECT_THAT(text_of(line, "level"), testing::AnyOf("debug", "info", "warn", "error"));
        EXPECT_NE(text_of(line, "message"), "");
    }
}

TEST(Log, warns_of_secrets_that_may_be_guessed_where_they_are_taken) {
    const TempFolder folder;
    Server server{
        folder.path(),
        {"--dev"},
        {"FRONTROW_JWT_SECRET=hidden", "ADMIN_API_KEY=hidden", "USER_API_KEY=hidden"}
    };
    EXPECT_EQ(server.stop(), 0);
    const auto log = server.process().err();
    for (const auto* said :
         {"FRONTROW_JWT_SECRET is shorter than 32",
          "ADMIN_API_KEY is shorter than 16",
          "USER_API_KEY is shorter than 16",
          "ADMIN_API_KEY and USER_API_KEY are the same"})
        EXPECT_THAT(log, HasSubstr(said));
    EXPECT_THAT(log, HasSubstr("\"level\":\"warn"));
    EXPECT_THAT(log, Not(HasSubstr("hidden")));
}

TEST(Log, warns_of_tickets_for_no_money_except_where_frontrow_is_tried_out) {
    const auto log_of = [](std::vector<std::string> options) {
        const TempFolder folder;
        Server server{folder.path(), std::move(options), {"ADMIN_API_KEY=" + std::string(16, 'a')}};
        EXPECT_EQ(server.stop(), 0);
        return server.process().err();
    };
    constexpr auto kWarning = "gives tickets for no money";
    EXPECT_THAT(log_of({"--payments", "simulator"}), HasSubstr(kWarning));
    EXPECT_THAT(log_of({"--payments", "simulator", "--dev"}), Not(HasSubstr(kWarning)));
    EXPECT_THAT(log_of({}), Not(HasSubstr(kWarning)));
}

TEST(Log, warns_of_no_secret_that_is_long_enough) {
    const TempFolder folder;
    Server server{
        folder.path(),
        {},
        {"FRONTROW_JWT_SECRET=" + std::string(32, 's'),
         "ADMIN_API_KEY=" + std::string(16, 'a'),
         "USER_API_KEY=" + std::string(16, 'u'),
         "APP_ENV= Production"}
    };
    EXPECT_EQ(server.stop(), 0);
    EXPECT_THAT(server.process().err(), Not(HasSubstr("may be guessed")));
}

}  // namespace
}  // namespace frontrow::test
