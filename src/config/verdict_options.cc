#include "config/options.h"

#include <CLI/CLI.hpp>

namespace frontrow::config {

void add_options(CLI::App& command, VerdictSettings& settings) {
    constexpr std::uint32_t kDeadlineMax = 5'000;
    command
        .add_option(
            "--verdict-url",
            settings.url,
            "A service of yours that is asked before a buyer gets a hold, for example about bots; "
            "none by default"
        )
        ->envname("FRONTROW_VERDICT_URL")
        ->type_name("URL");
    command
        .add_option(
            "--verdict-secret",
            settings.secret,
            "The secret with which the questions to that service are signed, in base64; better not "
            "set as a flag"
        )
        ->envname("FRONTROW_VERDICT_SECRET")
        ->type_name("SECRET");
    command
        .add_option(
            "--verdict-deadline-ms", settings.deadline_ms, "How long to wait for its verdict"
        )
        ->envname("FRONTROW_VERDICT_DEADLINE_MS")
        ->type_name("NUMBER")
        ->check(CLI::Range(1U, kDeadlineMax).description(""))
        ->capture_default_str();
    command
        .add_option(
            "--verdict-on-failure",
            settings.on_failure,
            "Whether buyers get holds while it gives no verdict: allow or refuse"
        )
        ->envname("FRONTROW_VERDICT_ON_FAILURE")
        ->type_name("WHICH")
        ->check(CLI::IsMember({"allow", "refuse"}))
        ->capture_default_str();
}

}  // namespace frontrow::config
