#include "cli/commands.h"
#include "config/help.h"
#include "config/sources.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <sys/stat.h>

namespace frontrow {
namespace {

/// The last resort, on any thread: libraries' exceptions are caught where they are used, but memory
/// may give out anywhere. Nothing is unwound, as for a failed CHECK: what is on the disk is what
/// counts.
[[noreturn]] void give_up() {
    const auto error = std::current_exception();
    if (!error) std::abort();
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        std::fprintf(stderr, "frontrow: it can't go on: %s\n", known.what());
    } catch (...) {
        std::fputs("frontrow: it can't go on\n", stderr);
    }
    std::_Exit(cli::kFailed);
}

/// mimalloc aborts without a word otherwise.
[[noreturn]] void give_up_without_memory() {
    std::fputs("frontrow: it can't go on: there is no memory left\n", stderr);
    std::_Exit(cli::kFailed);
}

int run(int argc, char** argv) {
    // A reader that goes away, and a file that may grow no further, are answers to a write and no
    // reason to die.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    // Who bought what is nobody else's business on this machine.
    umask(077);

    CLI::App app{
        "Frontrow sells tickets when everybody comes at once: each seat to exactly one buyer.",
        "frontrow"
    };
    app.formatter(config::help_formatter());
    app.set_version_flag("--version", std::string{"frontrow "} + FRONTROW_VERSION);
    app.require_subcommand(1);
    app.footer(
        "Try it:  frontrow seed && frontrow serve --dev\nEach command has its own --help. Exit "
        "codes: 0 done, 1 failed, 2 wrong usage."
    );
    int exit_code = cli::kDone;
    cli::add_serve(app, exit_code);
    cli::add_migrate(app, exit_code);
    cli::add_seed(app, exit_code);
    cli::add_token(app, exit_code);
    cli::add_verify(app, exit_code);
    cli::add_bench(app, exit_code);
    cli::add_backup(app, exit_code);
    cli::add_restore(app, exit_code);
    cli::add_snapshot(app, exit_code);
    config::Sources::add_config_option(app);
    const auto sources = config::Sources::load(app, {argv, static_cast<std::size_t>(argc)});
    if (!sources) {
        std::fprintf(stderr, "frontrow: %s\n", sources.error().message.c_str());
        return cli::kWrongUsage;
    }
    for (const auto& name : sources->unknown_names())
        std::fprintf(stderr, "frontrow: there is no setting %s; see --help\n", name.c_str());
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        // "A subcommand is required" is all that CLI11 says of a command that it doesn't know.
        if (const auto unknown = app.remaining(); !unknown.empty()) {
            std::fprintf(stderr, "frontrow: there is no command %s\n", unknown.front().c_str());
        }
        app.exit(error);
        return cli::kWrongUsage;
    } catch (const CLI::ParseError& error) {
        if (const auto origin = sources->origin_of(app, error.what()); !origin.empty())
            std::fprintf(stderr, "frontrow: %s: ", origin.c_str());
        return app.exit(error) == 0 ? cli::kDone : cli::kWrongUsage;
    }
    return exit_code;
}

}  // namespace
}  // namespace frontrow

int main(int argc, char** argv) {
    std::set_terminate(frontrow::give_up);
    std::set_new_handler(frontrow::give_up_without_memory);
    return frontrow::run(argc, argv);
}
