#include "base/check.h"
#include "cli/commands.h"
#include "cli/standard_streams.h"
#include "cli/store_name.h"
#include "config/help.h"
#include "config/sources.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace frontrow {
namespace {

/// The last resort, on any thread. Exceptions of libraries are caught where the libraries are used,
/// but memory can run out anywhere. Ends the process without destructors, like a failed CHECK:
/// only what is on the disk counts.
[[noreturn]] void give_up() {
    const auto error = std::current_exception();
    if (!error) std::abort();
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        std::array<char, 1'024> text;
        std::snprintf(text.data(), text.size(), "frontrow: it can't go on: %s\n", known.what());
        say_last_words(text.data());
    } catch (...) {
        say_last_words("frontrow: it can't go on\n");
    }
    std::_Exit(cli::kFailed);
}

/// Without this handler mimalloc would abort without a message.
[[noreturn]] void give_up_without_memory() {
    say_last_words("frontrow: it can't go on: there is no memory left\n");
    std::_Exit(cli::kFailed);
}

/// Returns the first unknown argument; prefers a flag to a word, which may be that flag's value.
/// CLI11 lists them from last to first.
std::string first_unknown(const std::vector<std::string>& words) {
    const auto flag =
        std::ranges::find_if(words, [](const std::string& word) { return word.starts_with('-'); });
    const auto& word = flag == words.end() ? words.front() : *flag;
    // The part after the equals sign may be a secret.
    return word.substr(0, word.find('='));
}

/// Returns the error's text, in our own words where CLI11's mislead.
std::string words_for(const CLI::App& command, const CLI::ParseError& error) {
    std::string said = error.what();
    if (const auto unknown = command.remaining();
        error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !unknown.empty())
        return "there is no " + first_unknown(unknown);
    constexpr std::string_view kNotConverted = "Could not convert: ";
    if (said.starts_with(kNotConverted))
        return said.substr(kNotConverted.size()) + " isn't a number";
    constexpr std::string_view kValue = ": Value ";
    constexpr std::string_view kNotInRange = " not in range ";
    const auto value = said.find(kValue);
    const auto range = said.find(kNotInRange);
    if (value == std::string::npos || range == std::string::npos) return said;
    const auto begin = value + kValue.size();
    return said.substr(0, value) + ": " + said.substr(begin, range - begin) +
           " isn't a number from " + said.substr(range + kNotInRange.size());
}

int say_wrong(const CLI::App& app, const config::Sources& sources, const CLI::ParseError& error) {
    const auto called = app.get_subcommands();
    const auto& command = called.empty() ? app : *called.front();
    const auto name = called.empty() ? "frontrow" : "frontrow " + command.get_name();
    const auto origin = sources.origin_of(app, error.what());
    std::fprintf(
        stderr,
        "%s: %s%s%s\n%s --help says more.\n",
        name.c_str(),
        origin.c_str(),
        origin.empty() ? "" : ": ",
        words_for(command, error).c_str(),
        name.c_str()
    );
    return cli::kWrongUsage;
}

int run(int argc, char** argv) {
    cli::fill_standard_streams();
    // If the reader is gone or a file has reached its size limit, the write fails. Without these
    // lines the process would end.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    // Other users of this machine must not read who bought what.
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
    std::string store_origin;
    cli::add_serve(app, exit_code, store_origin);
    cli::add_migrate(app, exit_code);
    cli::add_seed(app, exit_code);
    cli::add_token(app, exit_code);
    cli::add_keys(app, exit_code);
    cli::add_ticket(app, exit_code);
    cli::add_verify(app, exit_code);
    cli::add_bench(app, exit_code);
    cli::add_backup(app, exit_code);
    cli::add_restore(app, exit_code);
    cli::add_snapshot(app, exit_code);
    cli::add_facts(app, exit_code);
    cli::add_reconcile(app, exit_code);
    cli::refuse_flawed_stores(app);
    config::Sources::add_config_option(app);
    const auto sources = config::Sources::load(app, {argv, static_cast<std::size_t>(argc)});
    if (!sources) {
        std::fprintf(stderr, "frontrow: %s\n", sources.error().message.c_str());
        return cli::kWrongUsage;
    }
    store_origin = sources->origin_of("FRONTROW_STORE");
    for (const auto& name : sources->unknown_names())
        std::fprintf(stderr, "frontrow: there is no setting %s; see --help\n", name.c_str());
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        // For an unknown command CLI11 says only "A subcommand is required".
        if (const auto unknown = app.remaining(); !unknown.empty()) {
            std::fprintf(stderr, "frontrow: there is no command %s\n", unknown.front().c_str());
            return cli::kWrongUsage;
        }
        return say_wrong(app, *sources, error);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return cli::check_output(app.exit(error));
        return say_wrong(app, *sources, error);
    }
    return cli::check_output(exit_code);
}

}  // namespace
}  // namespace frontrow

int main(int argc, char** argv) {
    std::set_terminate(frontrow::give_up);
    std::set_new_handler(frontrow::give_up_without_memory);
    return frontrow::run(argc, argv);
}
