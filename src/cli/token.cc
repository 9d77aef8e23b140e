#include "identity/token.h"

#include "cli/commands.h"
#include "cli/complaint.h"
#include "config/options.h"
#include "io/clock.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace frontrow::cli {
namespace {

/// Returns why no token can be made, in a sentence.
std::optional<std::string> flaw_of(const config::TokenSettings& settings) {
    if (!identity::is_valid_sub(settings.sub)) return "--sub " + std::string{identity::kSubRule};
    if (identity::is_reserved_sub(settings.sub))
        return "--sub " + settings.sub +
               " is reserved for one of Frontrow's own callers; no server takes such a token";
    if (auto error = config::check(settings)) return std::move(error->message);
    return std::nullopt;
}

}  // namespace

void add_token(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::TokenSettings>();
    auto* command =
        app.add_subcommand("token", "Print a token that a server with the same secret takes");
    command->footer("Use it as a header:  Authorization: Bearer $(frontrow token --sub alice)");
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] {
        if (const auto error = flaw_of(*settings)) {
            exit_code = misused("token", *error);
            return;
        }
        const identity::TokenClaims claims{
            .principal =
                {.sub = settings->sub, .role = identity::parse_role(settings->role).value()},
            .made_at = io::SystemClock{}.now(),
            .ttl = std::chrono::seconds{settings->ttl_seconds},
            .issuer = settings->issuer,
            .audience = settings->audience,
        };
        std::puts(identity::sign_token(settings->secret, claims).c_str());
    });
}

}  // namespace frontrow::cli
