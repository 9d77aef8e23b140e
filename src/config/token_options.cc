#include "config/options.h"

#include <CLI/CLI.hpp>

namespace frontrow::config {
namespace {

constexpr std::uint32_t kSkewMax = 300;

void add_issuer(CLI::App& command, std::string& issuer, const char* help) {
    command.add_option("--jwt-issuer", issuer, help)
        ->envname("FRONTROW_JWT_ISSUER")
        ->type_name("TEXT");
}

void add_audience(CLI::App& command, std::string& audience, const char* help) {
    command.add_option("--jwt-audience", audience, help)
        ->envname("FRONTROW_JWT_AUDIENCE")
        ->type_name("TEXT");
}

}  // namespace

void add_options(CLI::App& command, TokenCheckSettings& settings) {
    command
        .add_option(
            "--jwks",
            settings.jwks,
            "Accept RS256, ES256 and EdDSA tokens signed with the keys of this JWK set: a file, or "
            "an https URL"
        )
        ->envname("FRONTROW_JWKS")
        ->type_name("FILE|URL");
    add_issuer(command, settings.issuer, "Accept only tokens with this iss");
    add_audience(command, settings.audience, "Accept only tokens whose aud names this service");
    command
        .add_option(
            "--jwt-skew",
            settings.skew_seconds,
            "How far the issuer's clock may differ, 0 to 300 seconds"
        )
        ->envname("FRONTROW_JWT_SKEW")
        ->type_name("SECONDS")
        ->check(CLI::Range(0U, kSkewMax).description(""))
        ->capture_default_str();
}

void add_options(CLI::App& command, TokenSettings& settings) {
    command.add_option("--sub", settings.sub, "Who the token is for")
        ->envname("FRONTROW_TOKEN_SUB")
        ->required()
        ->type_name("NAME");
    command.add_option("--role", settings.role, "What they may do")
        ->envname("FRONTROW_TOKEN_ROLE")
        ->type_name("ROLE")
        ->check(CLI::IsMember({"user", "scanner", "organizer", "admin"}))
        ->capture_default_str();
    command.add_option("--secret", settings.secret, "The server's secret")
        ->envname("FRONTROW_JWT_SECRET")
        ->type_name("SECRET");
    add_issuer(command, settings.issuer, "The token's iss, if the server requires one");
    add_audience(command, settings.audience, "The token's aud, if the server requires one");
    command
        .add_option("--ttl", settings.ttl_seconds, "How long the token is valid, a year at most")
        ->envname("FRONTROW_TOKEN_TTL")
        ->type_name("SECONDS")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{365} * 86'400).description(""))
        ->capture_default_str();
}

}  // namespace frontrow::config
