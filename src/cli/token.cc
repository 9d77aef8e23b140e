#include "identity/token.h"

#include "cli/commands.h"
#include "config/options.h"
#include "io/clock.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

namespace frontrow::cli {

void add_token(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::TokenSettings>();
    auto* command =
        app.add_subcommand("token", "Print a token that a server with the same secret takes");
    command->footer("Use it as a header:  Authorization: Bearer $(frontrow token --sub alice)");
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] {
        if (!identity::is_valid_sub(settings->sub)) {
            std::fprintf(
                stderr,
                "frontrow token: --sub must be 1 to 255 bytes of UTF-8 without control characters\n"
            );
            exit_code = kWrongUsage;
            return;
        }
        if (const auto error = config::check(*settings)) {
            std::fprintf(stderr, "frontrow token: %s\n", error->message.c_str());
            exit_code = kWrongUsage;
            return;
        }
        const identity::Principal principal{
            .sub = settings->sub, .role = identity::parse_role(settings->role).value()
        };
        const auto ttl = std::chrono::seconds{settings->ttl_seconds};
        std::puts(
            identity::sign_token(settings->secret, principal, io::SystemClock{}.now(), ttl).c_str()
        );
    });
}

}  // namespace frontrow::cli
