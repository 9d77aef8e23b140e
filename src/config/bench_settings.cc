#include "config/bench_settings.h"

#include <CLI/CLI.hpp>

namespace frontrow::config {
namespace {

void add_server_options(CLI::App& command, BenchSettings& settings) {
    command
        .add_option(
            "--url",
            settings.url,
            "The server to load, http://HOST:PORT, with its base path if it has one. By default "
            "the bench starts its own `frontrow serve --dev` on an empty store, and removes both "
            "at the end"
        )
        ->envname("FRONTROW_BENCH_URL")
        ->type_name("URL");
    command
        .add_option(
            "--token",
            settings.token,
            "An organizer's token, for a server without --dev; better set in the environment, "
            "which process lists don't show"
        )
        ->envname("FRONTROW_BENCH_TOKEN")
        ->type_name("TOKEN");
    command
        .add_option(
            "--dir", settings.dir, "Where its own store is made; should be on the disk to measure"
        )
        ->envname("FRONTROW_BENCH_DIR")
        ->type_name("FOLDER");
}

void add_load_options(CLI::App& command, BenchSettings& settings) {
    command.add_option("--scenario", settings.scenario, "What the crowd wants")
        ->envname("FRONTROW_BENCH_SCENARIO")
        ->type_name("NAME")
        ->check(CLI::IsMember(
            {"distinct",
             "same-seat",
             "overlap",
             "mixed",
             "expiry",
             "general-admission",
             "best-available",
             "presale",
             "orders"}
        ))
        ->capture_default_str();
    command
        .add_option(
            "--rate",
            settings.rate,
            "Open loop: send this many requests a second, however slow the answers are"
        )
        ->envname("FRONTROW_BENCH_RATE")
        ->check(CLI::Range(0.1, 10'000'000.0).description(""))
        ->type_name("PER SECOND");
    command
        .add_option(
            "--connections",
            settings.connections,
            "Keep-alive connections, each with one request under way at most"
        )
        ->envname("FRONTROW_BENCH_CONNECTIONS")
        ->type_name("NUMBER")
        ->check(CLI::Range(1U, 20'000U).description(""))
        ->capture_default_str();
    command.add_option("--seconds", settings.seconds, "How long the load lasts")
        ->envname("FRONTROW_BENCH_SECONDS")
        ->type_name("NUMBER")
        ->check(CLI::Range(1U, 3'600U).description(""))
        ->capture_default_str();
    command
        .add_option(
            "--seats",
            settings.seats,
            "Seats or units of the event, instead of the scenario's own number"
        )
        ->envname("FRONTROW_BENCH_SEATS")
        ->type_name("NUMBER")
        ->check(CLI::Range(1U, 1'000'000U).description(""));
    command.add_option("--threads", settings.threads, "Threads of the load generator")
        ->envname("FRONTROW_BENCH_THREADS")
        ->type_name("NUMBER")
        ->check(CLI::Range(1U, 64U).description(""))
        ->capture_default_str();
    command.add_option("--rounds", settings.rounds, "Number of rounds, each with a new event")
        ->envname("FRONTROW_BENCH_ROUNDS")
        ->type_name("NUMBER")
        ->check(CLI::Range(1U, 100U).description(""))
        ->capture_default_str();
}

void add_output_options(CLI::App& command, BenchSettings& settings) {
    command
        .add_flag(
            "--nginx",
            settings.nginx,
            "Load an nginx in turns, which answers a constant 201 of the same size, and print the "
            "ratio"
        )
        ->envname("FRONTROW_BENCH_NGINX");
    command.add_option("--nginx-program", settings.nginx_program, "Which nginx")
        ->envname("FRONTROW_BENCH_NGINX_PROGRAM")
        ->type_name("FILE")
        ->capture_default_str();
    command.add_option("--report", settings.report, "Write a page with plots, all in one file")
        ->envname("FRONTROW_BENCH_REPORT")
        ->type_name("FILE.html");
    command.add_option("--json", settings.json, "Write the figures for a program to read")
        ->envname("FRONTROW_BENCH_JSON")
        ->type_name("FILE");
}

/// Adds the options that scripts/bench.sh uses. They change what the command does, so they can be
/// set by flags only.
void add_harness_options(CLI::App& command, BenchSettings& settings) {
    constexpr const char* group = "For scripts/bench.sh";
    command
        .add_flag(
            "--lend",
            settings.lends_nginx,
            "Load nothing: keep the nginx of --nginx running for another load generator, until "
            "interrupted"
        )
        ->group(group)
        ->needs("--nginx");
    command
        .add_option(
            "--draw",
            settings.draw,
            "Load nothing: draw the results of scripts/bench.sh, as the --report or the --picture"
        )
        ->group(group)
        ->type_name("REPORT.json");
    command
        .add_option(
            "--picture", settings.picture, "Write the figures of --draw against their targets"
        )
        ->group(group)
        ->type_name("FILE.svg")
        ->needs("--draw");
}

}  // namespace

void add_options(CLI::App& command, BenchSettings& settings) {
    add_server_options(command, settings);
    add_load_options(command, settings);
    add_output_options(command, settings);
    add_harness_options(command, settings);
}

std::optional<UsageError> check(const BenchSettings& settings) {
    if (!settings.draw.empty() && settings.report.empty() && settings.picture.empty())
        return UsageError{"--draw needs --report or --picture, a file to draw into"};
    if (settings.threads > settings.connections) {
        return UsageError{
            "--threads shares out the connections: there can't be more threads than connections"
        };
    }
    if (!settings.token.empty() && settings.url.empty()) {
        return UsageError{"--token is for the server at --url; the bench's own server asks for none"
        };
    }
    return std::nullopt;
}

}  // namespace frontrow::config
